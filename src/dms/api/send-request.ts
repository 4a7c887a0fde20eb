import { createHash } from 'node:crypto';
import type { ChannelCapabilities, ChannelOutbound } from '../../channels/index.js';
import { InvalidRequestError } from '../../errors/index.js';
import type { NewOutbound } from '../outbound/outbox.service.js';
import type { SendDmDto } from './dms.dto.js';

/** Meta's limit of one message, UTF-8. */
export const maxTextBytes = 1_000;

/** The messages that a request asks for, in the order in which they go out. */
export function partsOf(
  { message_text, attachment, quick_replies, reply_to, tag }: SendDmDto,
  channel: Pick<ChannelOutbound, 'splitText'>,
): NewOutbound[] {
  const url = attachment?.url ?? attachment?.payload?.url;
  const { is_reusable } = attachment?.payload ?? {};
  const reusable = is_reusable === undefined ? {} : { is_reusable };
  const contents: NewOutbound[] = [
    ...(attachment && url ? [{ outbound: { attachment: { type: attachment.type, url, ...reusable } } }] : []),
    ...(message_text === undefined ? [] : channel.splitText(message_text).map((text) => ({ text }))),
  ];
  return contents.map(({ text, outbound }, index) => ({
    text,
    outbound: {
      ...outbound,
      ...(tag ? { tag } : {}),
      ...(reply_to && index === 0 ? { reply_to_mid: reply_to.mid } : {}),
      // Instagram shows the choices under the last message only.
      ...(quick_replies && index === contents.length - 1
        ? { quick_replies: quick_replies.map(({ title, payload }) => ({ title, payload })) }
        : {}),
    },
  }));
}

/** @throws {InvalidRequestError} for what the account's channel does not have */
export function refuseUnsupported({ attachment, quick_replies, tag }: SendDmDto, can: ChannelCapabilities): void {
  const refuse = (field: string, expected: string) => {
    throw new InvalidRequestError(`${field}: this account’s channel takes ${expected}`, [{ field, expected }]);
  };
  if (attachment && !can.mediaTypes.includes(attachment.type))
    refuse('attachment.type', can.mediaTypes.length > 0 ? `one of ${can.mediaTypes.join(', ')}` : 'no attachments');
  if (tag && can.humanAgentWindowHours === undefined) refuse('tag', 'no tag');
  if (!quick_replies) return;
  const { max = 0, title = 0, payload = 0 } = can.quickReplies ?? {};
  if (quick_replies.length > max) refuse('quick_replies', max > 0 ? `at most ${max} choices` : 'no choices');
  if (quick_replies.some((one) => one.title.length > title))
    refuse('quick_replies', `titles of at most ${title} characters`);
  if (quick_replies.some((one) => one.payload.length > payload))
    refuse('quick_replies', `payloads of at most ${payload} characters`);
}

/** What a request asks for, hashed: the same is the same, whoever wrote its fields in whatever order. */
export function fingerprintOf(route: string, asked: object): string {
  return createHash('sha256')
    .update(JSON.stringify([route, asked], inOrder))
    .digest('hex');
}

/** A JSON replacer: the same object gives the same text, in whatever order its client wrote the fields. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
