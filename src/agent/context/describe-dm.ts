import type { Dm, DmAttachment } from '../../dms/index.js';
import { attachmentKindOf } from '../../kinds/index.js';
import { cleanText } from '../text/clean-text.js';
import { withoutThoughts } from '../text/thoughts.js';

/** Meta's limit for a message is 1000 bytes; captions and payloads may be longer. */
const maxTextLength = 2_000;
const maxNoteLength = 300;

/** What the model is told of one message from outside, as data: every value is what its author, or Meta, wrote. */
export interface MessageData {
  customer?: { name?: string; username?: string; came_from?: unknown };
  at: string;
  text?: string;
  chose?: { title?: string; payload?: string };
  answers_our_story?: true;
  answers_message?: string;
  sent?: string[];
  edited?: true;
}

export interface DescribeOptions {
  /** Texts of the conversation by mid, for replies to a message. */
  textByMid: ReadonlyMap<string, string>;
  /** What voice messages say, by DM id. */
  transcripts: ReadonlyMap<string, string>;
}

/** A customer's DM as data. */
export function describeInbound(dm: Dm, { textByMid, transcripts }: DescribeOptions): MessageData {
  const data: MessageData = { at: timeOf(dm) };
  const chose = choiceOf(dm);
  if (chose) data.chose = chose;
  else if (dm.text) data.text = clip(dm.text, maxTextLength);
  if (dm.reply_to?.story) data.answers_our_story = true;
  const quoted = dm.reply_to?.mid ? textByMid.get(dm.reply_to.mid) : undefined;
  if (quoted) data.answers_message = clip(quoted, maxNoteLength);
  const sent = dm.attachments.map((attachment) => describeAttachment(attachment, transcripts.get(dm._id)));
  if (sent.length > 0) data.sent = sent;
  if (dm.edits.length > 0) data.edited = true;
  return data;
}

/** To the minute, in UTC. */
export function timeOf({ timestamp }: Dm): string {
  return new Date(timestamp).toISOString().slice(0, 16) + 'Z';
}

/** What we wrote, but for what a model thought aloud, or a note of what we sent; `undefined` when there is nothing to tell. */
export function describeOutbound(dm: Dm): string | undefined {
  const text = dm.text ? clip(withoutThoughts(cleanText(dm.text)), maxTextLength) : '';
  if (text !== '') return text;
  const [first] = dm.attachments;
  return first ? `(sent: ${attachmentKindOf(first.type).words})` : undefined;
}

export function isFromCustomer(dm: Dm): boolean {
  return dm.direction === 'inbound';
}

/** Whether a DM belongs into what the model reads: not what was taken back, refused or is no message. */
export function isPartOfHistory(dm: Dm): boolean {
  if (dm.unsent || dm.is_deleted || dm.placeholder || dm.is_self) return false;
  if (dm.direction === 'outbound' && dm.status === 'failed') return false;
  return dm.kind === 'message' || dm.kind === 'postback';
}

/** Names and payloads are as attacker-controlled as text. */
export function clip(text: string, maxLength: number): string {
  const clean = cleanText(text).trim();
  const characters = [...clean];
  return characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}…` : clean;
}

function choiceOf(dm: Dm): MessageData['chose'] {
  const title = dm.postback?.title ?? (dm.quick_reply ? dm.text : undefined);
  const payload = dm.postback?.payload ?? dm.quick_reply?.payload;
  if (!dm.postback && !dm.quick_reply) return undefined;
  return {
    ...(title ? { title: clip(title, maxNoteLength) } : {}),
    ...(payload ? { payload: clip(payload, maxNoteLength) } : {}),
  };
}

function describeAttachment(attachment: DmAttachment, transcript: string | undefined): string {
  const what = attachmentKindOf(attachment.type).words;
  if (attachment.type === 'audio' && transcript) return `${what} that says: ${clip(transcript, maxTextLength)}`;
  return attachment.title ? `${what}: ${clip(attachment.title, maxNoteLength)}` : what;
}
