import type { DmRecord } from '../dm.schema.js';
import { clockSlackMs, saysTheSame } from './echo-matching.js';
import type { Listing, ShownMessage } from '../../channels/index.js';

/** What is stored here under a mid that Meta lists. */
export type Holder = Pick<
  DmRecord,
  'text' | 'attachments' | 'direction' | 'send_key' | 'sending_at' | 'placeholder' | 'created_at'
>;

/** What a listing of Meta's says about one send. */
export type ListingSays =
  | { kind: 'found'; mid: string }
  /** Nothing in it can be the send, and everything that could be it is in it. */
  | { kind: 'nothing' }
  /** So much was written since the call that the listing does not reach back to it. */
  | { kind: 'out_of_sight' }
  /** It is no proof of anything. */
  | { kind: 'unclear' };

/**
 * Meta's times are whole seconds of Meta's clock, and ours may be minutes off. The same words within this much of the
 * call, on either side, may be the very message.
 */
export const clocksDifferMs = 5 * 60_000;

type Send = Pick<DmRecord, 'text' | 'outbound' | 'first_sending_at' | 'created_at'>;

/**
 * Reads a listing, newest first. `nothing` takes all of this: the listing goes back to something older than the first
 * call, every message up to there tells who wrote it and what, and none of the account's says the same as the send,
 * unless it is known to be another one.
 * @param held what is stored here, by mid
 * @param knowsOlder whether a message of before the call is stored here, which a whole listing has to show
 */
export function readListing(
  send: Send,
  listing: Listing,
  { held, knowsOlder }: { held: ReadonlyMap<string, Holder>; knowsOlder: boolean },
): ListingSays {
  const found = listing.messages.findLast((message) => isIt(send, message, held.get(message.mid)));
  if (found) return { kind: 'found', mid: found.mid };
  if (listing.messages.length === 0) return { kind: 'unclear' };
  const stretch = stretchOf(send, listing, held);
  const reachesBack = stretch.reachesBack || (listing.isWhole && !knowsOlder);
  if (!reachesBack) return { kind: listing.isWhole ? 'unclear' : 'out_of_sight' };
  const isClear =
    stretch.messages.every(isDetailed) &&
    !listing.messages.some((message) => mayBeIt(send, message, held.get(message.mid)));
  return { kind: isClear ? 'nothing' : 'unclear' };
}

/** Messages of the stretch that nothing is stored about and that Meta's list told too little of. */
export function untoldIn(send: Send, listing: Listing, held: ReadonlyMap<string, Holder>): string[] {
  const { messages } = stretchOf(send, listing, held);
  return messages.filter((message) => !isDetailed(message)).map(({ mid }) => mid);
}

/** What is not stored here of the messages between now and the first call. */
function stretchOf(
  send: Send,
  { messages }: Listing,
  held: ReadonlyMap<string, Holder>,
): { messages: ShownMessage[]; reachesBack: boolean } {
  const end = messages.findIndex((message) => isBefore(send, message, held.get(message.mid)));
  const stretch = end < 0 ? messages : messages.slice(0, end);
  return { messages: stretch.filter(({ mid }) => isUnclaimed(held.get(mid))), reachesBack: end >= 0 };
}

/** Older than the call whatever the clocks say: it was stored here before, or is minutes older. */
function isBefore(send: Send, { timestamp }: ShownMessage, holder: Holder | undefined): boolean {
  if (holder && knownSince(holder) < startOf(send)) return true;
  return timestamp !== undefined && timestamp < startOf(send) - clocksDifferMs;
}

/** By Meta's clock it can't have been written before our call, as what a person wrote in the Instagram app may have. */
function isIt(send: Send, message: ShownMessage, holder: Holder | undefined): boolean {
  const { isOurs, timestamp } = message;
  if (!isOurs || timestamp === undefined || !isUnclaimed(holder)) return false;
  return timestamp >= startOf(send) - clockSlackMs && saysTheSame(send, message);
}

/** Whether it can be the send as far as is known; an operator sees to what can. */
function mayBeIt(send: Send, message: ShownMessage, holder: Holder | undefined): boolean {
  if (isBefore(send, message, holder)) return false;
  if (holder && !holder.placeholder) {
    // Stored on its own since the call: an echo that was not taken for the send's may have been it all the same.
    return holder.direction === 'outbound' && holder.send_key === undefined && maySayTheSame(send, holder);
  }
  return message.isOurs !== false && maySayTheSame(send, message);
}

/** Meta may show another kind of attachment than was sent, and words a little otherwise. */
function maySayTheSame(
  { text, outbound }: Send,
  shown: { text?: string; attachments: readonly { type: string }[] },
): boolean {
  if (outbound?.attachment) return shown.attachments.length > 0;
  const [wanted, told] = [lettersOf(text), lettersOf(shown.text)];
  if (wanted === '' || told === '') return wanted === told;
  return told.includes(wanted) || wanted.includes(told);
}

function lettersOf(text = ''): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}

/** A placeholder is what was said about this very message before anybody here knew it by its mid. */
function isUnclaimed(holder: Holder | undefined): boolean {
  return holder === undefined || holder.placeholder === true;
}

function isDetailed({ isOurs, timestamp, text, attachments }: ShownMessage): boolean {
  if (isOurs === undefined || timestamp === undefined) return false;
  return !isOurs || (text !== undefined && text !== '') || attachments.length > 0;
}

/** Since when a message is known to exist; one of our own, since its latest call. */
function knownSince({ send_key: sendKey, sending_at: sendingAt, created_at: storedAt }: Holder): number {
  return (sendKey === undefined ? storedAt : (sendingAt ?? storedAt)).getTime();
}

function startOf({ first_sending_at: first, created_at: created }: Send): number {
  return (first ?? created).getTime();
}
