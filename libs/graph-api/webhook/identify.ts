import { isObject, payloadsIn, readFlag, readParty } from './read-values.js';

/** Who took part in an event, and whose account it concerns. */
export interface EventIdentity {
  senderId: string | undefined;
  recipientId: string | undefined;
  isEcho: boolean;
  isSelf: boolean;
  isTest: boolean;
  accountIds: string[];
}

const TEST_IDS = new Set(['0', '12334']);

/** Reads the parties of a messaging event or of a change's value. Never fails; a nameless event has the entry's id alone. */
export function identify(event: unknown, entryId: string | undefined): EventIdentity {
  if (!isObject(event)) {
    const isTest = entryId === '0';
    const accountIds = entryId === undefined ? [] : [entryId];
    return { senderId: undefined, recipientId: undefined, isEcho: false, isSelf: false, isTest, accountIds };
  }
  const data = isObject(event.event_data) ? event.event_data : event;
  const from = data.sender ?? data.from;
  const senderId = readParty(from);
  const recipientId = readParty(data.recipient ?? data.to);
  const payload = event.message ?? event.postback;
  const inner = payloadsIn(payload)?.[0] ?? (isObject(payload) ? payload : undefined);
  const isEcho = readFlag(event.is_echo) || (inner !== undefined && readFlag(inner.is_echo));
  const isSelf =
    readFlag(event.is_self) ||
    (inner !== undefined && readFlag(inner.is_self)) ||
    (isObject(from) && from.self_ig_scoped_id !== undefined);
  const isTest = isTestId(entryId) || isTestId(senderId);
  const accountIds = candidates(senderId, recipientId, entryId, isEcho, isSelf);
  return { senderId, recipientId, isEcho, isSelf, isTest, accountIds };
}

function isTestId(id: string | undefined): boolean {
  return id !== undefined && TEST_IDS.has(id);
}

/**
 * Our account wrote an echo and received anything else, and usually names the entry too. Where the flag and the entry's
 * id disagree, two ids that agree win: Meta's own sample sets `is_echo` on a customer's message.
 */
function candidates(
  senderId: string | undefined,
  recipientId: string | undefined,
  entryId: string | undefined,
  isEcho: boolean,
  isSelf: boolean,
): string[] {
  const ids: string[] = [];
  if (isSelf) {
    // The account is the sender; the entry and the recipient then carry its scoped id, or the other way round.
    push(ids, senderId);
    push(ids, entryId);
    push(ids, recipientId);
  } else if (isEcho || (senderId !== undefined && senderId === entryId)) {
    if (entryId !== undefined && entryId === recipientId) push(ids, entryId);
    push(ids, senderId);
    push(ids, entryId);
  } else {
    push(ids, recipientId);
    push(ids, entryId);
  }
  return ids;
}

function push(ids: string[], id: string | undefined): void {
  if (id !== undefined && !ids.includes(id)) ids.push(id);
}
