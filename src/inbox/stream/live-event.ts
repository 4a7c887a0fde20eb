/** Something that changed, ready to be written to every stream that may see it. */
export interface LiveEvent {
  /** Position in the store's changes; clients give it back as `Last-Event-ID`. */
  id: string;
  /** Whose it is. */
  userId: string;
  platformAccountId: string;
  /** As it goes over the wire. */
  text: string;
}

export type LiveEventName = 'message' | 'message_deleted' | 'conversation';

/** An event of a server-sent stream. JSON has no line breaks of its own, so one `data` line holds it. */
export function sseText(name: string, data: unknown, id?: string): string {
  return `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
