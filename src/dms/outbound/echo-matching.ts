import type { DmRecord } from '../dm.schema.js';
import { isHandleOf } from './send-handle.js';

/** What an echo, or a status, tells of the message that it is about. */
export interface EchoFacts {
  /** See `MessageEvent`: `null` is nobody's of ours. */
  sendHandle?: string | null;
  text?: string;
  attachments?: readonly { type: string }[];
  /** ms, by Meta's clock. */
  timestamp: number;
  /** Of a status. */
  state?: string;
}

type OpenSend = Pick<
  DmRecord,
  'text' | 'outbound' | 'status' | 'attempts' | 'sending_at' | 'first_sending_at' | 'message_id'
> &
  Partial<Pick<DmRecord, '_id'>>;

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
  if (echo.sendHandle === null) return false;
  if (echo.sendHandle !== undefined)
    return send.message_id === undefined && isHandleOf(send, echo.sendHandle, echo.state);
  if (startedAt === undefined || send.message_id !== undefined || !mayBeSent(send)) return false;
  if (echo.timestamp < startedAt - clockSlackMs || echo.timestamp > startedAt + echoHorizonMs) return false;
  return echo.attachments !== undefined && saysTheSame(send, { ...echo, attachments: echo.attachments });
}

/** Same words, or the same kind of attachment. */
export function saysTheSame(
  send: Pick<DmRecord, 'text' | 'outbound'>,
  { text, attachments }: { text?: string; attachments: readonly { type: string }[] },
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
