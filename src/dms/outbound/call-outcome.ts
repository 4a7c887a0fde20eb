import type { Refusal } from '../../channels/index.js';
import type { DmError, DmRecord } from '../dm.schema.js';

/** What is known after one call: it was sent, it was not (as far as Meta says), or nobody can tell. */
export type CallOutcome =
  | { kind: 'sent'; mid: string; recipientId?: string; result: unknown }
  | { kind: 'not_sent'; refusal: Refusal; error: DmError; heldUntil?: Date; scope?: 'person' }
  | { kind: 'unknown'; error: DmError };

/** Refusals that say something about the host, not about this message. */
export function isOutage(outcome: CallOutcome): boolean {
  return outcome.kind === 'unknown' || (outcome.kind === 'not_sent' && outages.has(outcome.refusal));
}

const outages: ReadonlySet<Refusal> = new Set(['temporary', 'not_reached']);

/** Meta asked to try again, which it also does about what it has sent: it is looked for before it is repeated. */
export function isInDoubt({ error }: Pick<DmRecord, 'error'>): boolean {
  return error?.kind === ('temporary' satisfies Refusal);
}
