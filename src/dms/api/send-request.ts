import { createHash } from 'node:crypto';
import type { ChannelOutbound } from '../../channels/index.js';
import type { NewOutbound } from '../outbound/outbox.service.js';
import type { SendDmDto } from './dms.dto.js';

/** The messages that a request asks for, in the order in which they go out. */
export function partsOf(
  { message_text, attachment, quick_replies, choices, reply_to, tag }: SendDmDto,
  channel: Pick<ChannelOutbound, 'splitText'>,
): NewOutbound[] {
  const url = attachment?.url ?? attachment?.payload?.url;
  const { is_reusable } = attachment?.payload ?? {};
  const caption = attachment?.caption === undefined ? {} : { text: attachment.caption };
  const offered = quick_replies ?? choices?.map(({ id, title }) => ({ title, payload: id }));
  const reusable = is_reusable === undefined ? {} : { is_reusable };
  const contents: NewOutbound[] = [
    ...(attachment && url
      ? [{ ...caption, outbound: { attachment: { type: attachment.type, url, ...reusable } } }]
      : []),
    ...(message_text === undefined ? [] : channel.splitText(message_text).map((text) => ({ text }))),
  ];
  return contents.map(({ text, outbound }, index) => ({
    text,
    outbound: {
      ...outbound,
      ...(tag ? { tag } : {}),
      ...(reply_to && index === 0 ? { reply_to_mid: reply_to.mid } : {}),
      // Instagram shows the choices under the last message only.
      ...(offered && index === contents.length - 1
        ? { quick_replies: offered.map(({ title, payload }) => ({ title, payload })) }
        : {}),
    },
  }));
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
