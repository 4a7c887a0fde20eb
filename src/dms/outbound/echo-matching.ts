import type { DmRecord } from '../dm.schema.js';

/** What an echo tells of the message it echoes. */
export interface EchoFacts {
  text?: string;
  attachments: readonly { type: string }[];
  /** ms, by Meta's clock. */
  timestamp: number;
}

type OpenSend = Pick<
  DmRecord,
  'text' | 'outbound' | 'status' | 'attempts' | 'sending_at' | 'first_sending_at' | 'message_id'
>;

/** Meta's clock and ours may differ by this much. */
export const clockSlackMs = 5_000;

/** Meta delivers echoes for up to 36 hours. */
export const echoHorizonMs = 36 * 3_600_000;

/**
 * Whether an echo can be the trace of this send. Only for echoes whose mid no DM has: text or kind of attachment must
 * be the same, and it must not be older than our first call, else what a person wrote in the Instagram app before
 * would pass for ours.
 */
export function matchesOpenSend(send: OpenSend, echo: EchoFacts): boolean {
  const startedAt = (send.first_sending_at ?? send.sending_at)?.getTime();
  if (startedAt === undefined || send.message_id !== undefined || !mayBeSent(send)) return false;
  if (echo.timestamp < startedAt - clockSlackMs || echo.timestamp > startedAt + echoHorizonMs) return false;
  return saysTheSame(send, echo);
}

/** Same words, or the same kind of attachment. */
export function saysTheSame(
  send: Pick<DmRecord, 'text' | 'outbound'>,
  { text, attachments }: Pick<EchoFacts, 'text' | 'attachments'>,
): boolean {
  if (send.outbound?.attachment) return attachments.some(({ type }) => type === send.outbound?.attachment?.type);
  const wanted = normalise(send.text);
  return wanted !== '' && wanted === normalise(text);
}

/** Whether two texts are the same to a reader, whatever their case. Nothing is not the same as nothing. */
export function sameWords(a: string | undefined, b: string | undefined): boolean {
  const words = normalise(a).toLowerCase();
  return words !== '' && words === normalise(b).toLowerCase();
}

/** A retry that waits its turn counts too: Meta said "not now", and may have sent it all the same. */
function mayBeSent({ status, attempts = 0 }: OpenSend): boolean {
  return attempts > 0 && status !== undefined;
}

/** Meta composes characters and trims; the words are what is compared. */
function normalise(text: string | undefined): string {
  return (text ?? '').normalize('NFC').replace(/\s+/g, ' ').trim();
}
