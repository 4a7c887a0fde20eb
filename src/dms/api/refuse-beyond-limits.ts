import { textSize } from '#libs/graph-api';
import {
  BeyondLimitError,
  choiceFormFor,
  NotOnChannelError,
  type ChannelAdapter,
  type TextLimit,
} from '../../channels/index.js';
import type { NewOutbound } from '../outbound/outbox.service.js';
import type { SendDmDto } from './dms.dto.js';

type Of = Pick<ChannelAdapter, 'channel' | 'capabilities'>;

/**
 * Refuses what the account's channel does not have or take, by its capability record, before anything is queued.
 * @param parts what the request becomes
 * @param textField what the request calls the text
 * @throws {NotOnChannelError | BeyondLimitError}
 */
export function refuseBeyondLimits(
  { attachment, quick_replies, choices, tag }: Omit<SendDmDto, 'recipient_id' | 'platform_account_id'>,
  parts: readonly NewOutbound[],
  of: Of,
  textField = 'message_text',
): void {
  const { channel, capabilities: can } = of;
  if (tag && can.humanAgentWindowHours === undefined) throw new NotOnChannelError('tag', channel, 'no tag');
  if (attachment) refuseAttachment(attachment, of);
  const field = quick_replies ? 'quick_replies' : 'choices';
  const offered = quick_replies ?? choices?.map(({ id, title }) => ({ title, payload: id }));
  if (!offered) return;
  const form = choiceFormFor(can, offered.length);
  if (!form) throw new NotOnChannelError(field, channel, 'no choices');
  if (offered.length > form.max)
    throw new BeyondLimitError(field, channel, { limit: form.max, unit: 'choices', has: offered.length });
  for (const [index, { title, payload }] of offered.entries()) {
    refuseLonger(title, form.title, `${field}.${index}.title`, of);
    refuseLonger(payload, form.id, `${field}.${index}.${quick_replies ? 'payload' : 'id'}`, of);
  }
  refuseLonger(parts.at(-1)?.text, form.text, textField, of);
}

/** @throws {NotOnChannelError | BeyondLimitError} */
export function refusePrivateReply(text: string, of: Of): void {
  const { channel, capabilities: can } = of;
  if (!can.privateReplies) throw new NotOnChannelError('comment_id', channel, 'no private replies');
  refuseLonger(text, can.text, 'message_text', of);
}

function refuseAttachment({ type, caption }: NonNullable<SendDmDto['attachment']>, of: Of): void {
  const { channel, capabilities: can } = of;
  const kinds = Object.keys(can.media);
  if (!can.media[type]) {
    const taken = kinds.length > 0 ? `one of ${kinds.join(', ')}` : 'no attachments';
    throw new NotOnChannelError('attachment.type', channel, taken);
  }
  if (caption === undefined) return;
  if (!can.caption || can.withoutCaption?.includes(type))
    throw new NotOnChannelError('attachment.caption', channel, `no caption of attachments of type ${type}`);
  refuseLonger(caption, can.caption, 'attachment.caption', of);
}

function refuseLonger(text: string | undefined, { max, unit }: TextLimit, field: string, { channel }: Of): void {
  const has = text === undefined ? 0 : textSize(text, unit);
  if (has > max) throw new BeyondLimitError(field, channel, { limit: max, unit, has });
}
