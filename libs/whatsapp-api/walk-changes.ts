import { isObject, listIn, readText, toId, toMillis, type JsonObject } from '#libs/graph-api';

/** Constants of the dashboard's Test button. */
const testNumberId = '123456123';
const testEntryId = '0';
/** Where an element stood in a change, and what it is there. */
export interface Element {
  kind: 'message' | 'echo' | 'status' | 'history' | 'preference' | 'notice';
  item: unknown;
  /** For `notice`: what it is about. */
  about: string;
  /** Of history: the person whose thread it is. */
  thread?: string;
}

export interface Change {
  field: string;
  value: JsonObject;
  /** Digits; absent on what concerns the business account and not one number. */
  numberId?: string;
  entryId?: string;
  isStandby: boolean;
}

/** The changes of a delivery's entries. */
export function entriesOf(body: unknown): { entryId?: string; time?: number; changes: Change[] }[] {
  const envelopes = Array.isArray(body) ? body.filter(isObject) : isObject(body) ? [body] : [];
  return envelopes.flatMap((envelope) =>
    listIn(envelope.entry ?? (envelope.changes === undefined ? undefined : envelope))
      .filter(isObject)
      .map((entry) => {
        const entryId = toId(entry.id);
        const time = toMillis(entry.time);
        const changes = listIn(entry.changes).flatMap((change) => changesOf(change, entryId));
        return { ...(entryId === undefined ? {} : { entryId }), ...(time === undefined ? {} : { time }), changes };
      }),
  );
}

function changesOf(change: unknown, entryId: string | undefined): Change[] {
  if (!isObject(change)) return [];
  const field = readText(change.field) ?? 'messages';
  return listIn(change.value)
    .filter(isObject)
    .map((value) => {
      const isStandby = field === 'standby';
      const inner = isStandby && isObject(value.standby) ? { ...value, ...value.standby } : value;
      const metadata = isObject(value.metadata) ? value.metadata : {};
      const recipient = isObject(value.recipient) ? value.recipient : {};
      const numberId = toId(metadata.phone_number_id) ?? toId(recipient.phone_number_id);
      return {
        field,
        value: inner,
        ...(numberId === undefined ? {} : { numberId }),
        ...(entryId === undefined ? {} : { entryId }),
        isStandby,
      };
    });
}

/** Whose a change is: a number's, or the business account's where it concerns all of its numbers. */
export function accountOf({ numberId, entryId, value }: Change): string | undefined {
  const waba = isObject(value.waba_info) ? toId(value.waba_info.waba_id) : undefined;
  return numberId ?? waba ?? entryId;
}

export function isTest({ numberId, entryId }: Change): boolean {
  return numberId === testNumberId || entryId === testEntryId;
}

/** Everything in a change that is an event; one that holds nothing known is an event by itself. */
export function elementsOf({ field, value }: Change): Element[] {
  const found: Element[] = [];
  const add = (kind: Element['kind'], items: unknown, about = field) => {
    for (const item of listIn(items)) found.push({ kind, item, about });
  };
  // A `statuses` of the field `calls` is not of messages.
  if (field !== 'calls') {
    // Messages first: an odd status must not be in their way.
    add(field === 'history' ? 'history' : 'message', value.messages);
    add('echo', value.message_echoes);
    add('status', value.statuses);
  }
  for (const chunk of listIn(value.history).filter(isObject)) {
    for (const thread of listIn(chunk.threads).filter(isObject)) {
      const id = toId(thread.id);
      for (const item of listIn(thread.messages))
        found.push({ kind: 'history', item, about: field, ...(id === undefined ? {} : { thread: id }) });
    }
    add('notice', chunk.errors, 'history');
  }
  add('notice', value.errors, 'errors');
  add('preference', value.user_preferences, 'user_preferences');
  for (const list of ['calls', 'state_sync']) add('notice', value[list], list);
  return found.length > 0 ? found : [{ kind: 'notice', item: value, about: field }];
}
