/** Something that changed, as those who may see it are told. */
export interface LiveEvent {
  /** Position in the store's changes; clients give it back as `Last-Event-ID`. */
  id: string;
  name: LiveEventName;
  /** Whose it is. */
  userId: string;
  platformAccountId: string;
  /** Of which conversation, where that is known. */
  conversationId?: string;
  data: object;
}

/** An event ready to be written to every stream that may see it. */
export interface StreamedEvent extends Pick<LiveEvent, 'id' | 'userId' | 'platformAccountId'> {
  /** As it goes over the wire. */
  text: string;
}

/** What is told of what changes in the store. */
export const liveEventNames = ['message', 'message_deleted', 'conversation', 'action', 'note', 'suggestion'] as const;
export type LiveEventName = (typeof liveEventNames)[number];

export function streamed({ id, name, userId, platformAccountId, data }: LiveEvent): StreamedEvent {
  return { id, userId, platformAccountId, text: sseText(name, data, id) };
}

/** An event of a server-sent stream. JSON has no line breaks of its own, so one `data` line holds it. */
export function sseText(name: string, data: unknown, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
