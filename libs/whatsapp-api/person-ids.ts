import { toId, type PersonId } from '#libs/graph-api';

/** WhatsApp's id of a person within one business: a country code, a dot, letters and digits. */
const bsuid = /^[A-Z]{2}\./;

export function isBsuid(id: string): boolean {
  return bsuid.test(id);
}

/**
 * The ids among these values, each once, phone numbers first. Whichever field an id stands in, its form tells what it
 * is; an empty text is none.
 */
export function personIdsIn(...values: unknown[]): PersonId[] {
  const ids = new Map<string, PersonId>();
  for (const value of values) {
    const id = toId(value);
    if (id === undefined) continue;
    const read: PersonId = isBsuid(id) ? { kind: 'bsuid', value: id } : { kind: 'phone', value: digitsOf(id) };
    if (read.value !== '') ids.set(read.value, read);
  }
  return [...ids.values()].sort((a, b) => Number(a.kind === 'bsuid') - Number(b.kind === 'bsuid'));
}

/** People write numbers with `+`, spaces and brackets; WhatsApp's own ids are digits alone. */
function digitsOf(phone: string): string {
  return /^[+\d\s().-]+$/.test(phone) ? phone.replace(/\D/g, '') : phone;
}
