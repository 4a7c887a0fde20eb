import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  choiceOf,
  clientKeyOf,
  isHeldById,
  SentTemplateView,
  templateOf,
  type DmAttachment,
  type DmRecord,
} from '../../dms/index.js';

const date = { type: String, format: 'date-time' } as const;

class MessageAttachmentView {
  @ApiProperty({ example: 'image' })
  type!: string;

  @ApiPropertyOptional({
    description: 'Meta’s links run out after some days',
    example: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1',
  })
  url?: string;

  @ApiPropertyOptional({
    description: 'The same through this server, for pages that show it; our copy, where there is one',
    example: '/inbox/messages/6740c0de6740c0de6740c0de/attachments/0',
  })
  href?: string;

  @ApiPropertyOptional({ example: 'menu.pdf' })
  title?: string;

  @ApiPropertyOptional({ description: 'Meta’s word for it, where `type` is `unsupported`', example: 'ig_post' })
  original_type?: string;

  @ApiPropertyOptional({ description: 'Meta’s id of the story it is about', example: '17912345678901234' })
  story_id?: string;

  @ApiPropertyOptional({ description: 'Meta allows showing it by its link alone: no copy is kept', example: true })
  link_only?: boolean;

  @ApiPropertyOptional({ description: 'Media type of the copy, found out from what is in it', example: 'image/jpeg' })
  content_type?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, description: 'Size of the copy', example: 48_213 })
  bytes?: number;

  @ApiPropertyOptional({
    description: 'There is a copy: `GET /instagram-dms/{id}/attachments/{index}`, with the message’s `id`',
    example: true,
  })
  has_copy?: boolean;
}

class MessageReactionView {
  @ApiProperty({ description: 'Who reacted', example: '1254477777772222' })
  sender_id!: string;

  @ApiPropertyOptional({ example: 'love' })
  reaction?: string;

  @ApiPropertyOptional({ example: '❤' })
  emoji?: string;
}

class MessageErrorView {
  @ApiProperty({ example: 'outside_window' })
  kind!: string;

  @ApiProperty({ example: '24-hour messaging window expired. Wait for user to message first.' })
  message!: string;

  @ApiPropertyOptional({ type: 'integer', description: 'The channel’s code, where it gave one', example: 10 })
  code?: number;
}

class MessageChoiceView {
  @ApiProperty({ description: 'What the customer is shown.', example: 'Opening hours' })
  title!: string;

  @ApiProperty({ description: 'What comes back when they choose it.', example: 'HOURS' })
  payload!: string;
}

class PickedChoiceView {
  @ApiProperty({ description: 'As the message that offered it named it', example: 'HOURS' })
  id!: string;

  @ApiPropertyOptional({ description: 'What the customer read', example: 'Opening hours' })
  title?: string;
}

/** A message of a conversation as the inbox shows it. */
export class MessageView {
  @ApiProperty({ description: 'The DM’s `_id` under `/instagram-dms`', example: '6740c0de6740c0de6740c0de' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Meta’s id; `null` while Meta has not taken it',
    example: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE',
  })
  external_id!: string | null;

  @ApiProperty({ example: '9f86d081884c7d659a2feaa0' })
  conversation_id!: string;

  @ApiProperty({ enum: ['inbound', 'outbound'], example: 'inbound' })
  direction!: DmRecord['direction'];

  @ApiProperty({
    enum: ['message', 'postback', 'referral', 'optin', 'comment', 'mention', 'handover'],
    example: 'message',
  })
  kind!: DmRecord['kind'];

  @ApiProperty({ type: String, nullable: true, example: 'Are you open on Sunday?' })
  content!: string | null;

  @ApiProperty({ type: [MessageAttachmentView] })
  attachments!: MessageAttachmentView[];

  @ApiProperty({ ...date, description: 'When it was written, by Meta’s clock', example: '2026-01-05T10:00:00.000Z' })
  sent_at!: string;

  @ApiProperty({ ...date, nullable: true, description: 'When its recipient read it', example: null })
  read_at!: string | null;

  @ApiProperty({ description: 'Of an inbound message: an operator has seen it', example: false })
  read!: boolean;

  @ApiProperty({
    enum: ['received', 'queued', 'sending', 'sent', 'failed', 'unconfirmed'],
    description: '`unconfirmed`: Meta may have sent it and could not be asked',
    example: 'received',
  })
  status!: 'received' | NonNullable<DmRecord['status']>;

  @ApiPropertyOptional({ description: 'Why a `queued` message waits', example: 'rate_limit' })
  held_reason?: string;

  @ApiPropertyOptional({ ...date, description: 'While it is not over: when it is looked at next' })
  next_attempt_at?: string;

  @ApiPropertyOptional({ ...date, description: 'When it reached the customer’s phone; where the channel tells' })
  delivered_at?: string;

  @ApiPropertyOptional({
    description: 'As the request that sent it named it, by `client_key` or `Idempotency-Key`; on each of its parts',
    example: '5f0c9a52-8f0e-4a54-9d0a-0c2b6f1f1f10',
  })
  client_key?: string;

  @ApiPropertyOptional({
    description: 'Of what a person wrote here: the id of one of the staff',
    example: '665f1c2e9b1e8a0012345678',
  })
  sent_by?: string;

  @ApiPropertyOptional({ type: MessageErrorView })
  error?: MessageErrorView;

  @ApiProperty({ enum: ['webhook', 'api', 'agent', 'sync'], description: 'Where it came from', example: 'webhook' })
  source!: DmRecord['source'];

  @ApiPropertyOptional({ description: 'A greeting or instant reply that Instagram itself sent', example: true })
  is_automatic?: boolean;

  @ApiPropertyOptional({ enum: ['pending', 'answered', 'skipped'], description: 'What the agent did about it' })
  agent_state?: DmRecord['agent_state'];

  @ApiPropertyOptional({ description: 'Why the agent said nothing to it', example: 'agent_off' })
  agent_reason?: string;

  @ApiPropertyOptional({
    type: Object,
    additionalProperties: true,
    description: 'Which button it was',
    example: { title: 'Prices', payload: 'PRICES' },
  })
  postback?: DmRecord['postback'];

  @ApiPropertyOptional({
    type: Object,
    additionalProperties: true,
    description: 'Which choice it was',
    example: { payload: 'HOURS' },
  })
  quick_reply?: DmRecord['quick_reply'];

  @ApiPropertyOptional({
    type: PickedChoiceView,
    description: 'The choice that it picks: a quick reply, a button or a row of a list, whatever the channel calls it',
  })
  choice?: PickedChoiceView;

  @ApiPropertyOptional({ type: SentTemplateView, description: 'The approved template that it was sent by' })
  template?: SentTemplateView;

  @ApiPropertyOptional({ type: [MessageChoiceView], description: 'The choices that were sent under it' })
  quick_replies?: MessageChoiceView[];

  @ApiProperty({ type: [MessageReactionView] })
  reactions!: MessageReactionView[];

  @ApiPropertyOptional({
    type: Object,
    additionalProperties: true,
    description: 'The message or story it answers',
    example: { mid: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE' },
  })
  reply_to?: DmRecord['reply_to'];

  @ApiProperty({ description: 'Its author changed it; `content` is the latest', example: false })
  edited!: boolean;

  @ApiProperty({ description: 'Taken back by its author', example: false })
  unsent!: boolean;
}

/** What the inbox shows of a stored DM. */
export function messageView(dm: Omit<DmRecord, '_id' | 'delivery_ids'> & { _id: unknown }): MessageView {
  const [choice, template] = [choiceOf(dm), templateOf(dm)];
  return {
    id: String(dm._id),
    external_id: dm.message_id ?? null,
    conversation_id: dm.conversation_id,
    direction: dm.direction,
    kind: dm.kind,
    content: dm.text ?? null,
    attachments: dm.attachments.map((attachment, index) =>
      attachmentView(attachment, `${String(dm._id)}/attachments/${index}`),
    ),
    sent_at: new Date(dm.timestamp).toISOString(),
    read_at: dm.read_at?.toISOString() ?? null,
    read: dm.read,
    status: dm.direction === 'inbound' ? 'received' : (dm.status ?? 'sent'),
    ...(dm.held_reason ? { held_reason: dm.held_reason } : {}),
    ...whatBecameOf(dm),
    source: dm.source,
    ...whoWrote(dm),
    ...whatTheAgentDid(dm),
    ...(dm.postback ? { postback: dm.postback } : {}),
    ...(dm.quick_reply ? { quick_reply: dm.quick_reply } : {}),
    ...(choice ? { choice } : {}),
    ...(template ? { template } : {}),
    ...(dm.outbound?.quick_replies ? { quick_replies: dm.outbound.quick_replies } : {}),
    ...(dm.is_automatic ? { is_automatic: true } : {}),
    reactions: (dm.reactions ?? [])
      .filter(({ removed }) => !removed)
      .map(({ sender_id, reaction, emoji }) => ({
        sender_id,
        ...(reaction ? { reaction } : {}),
        ...(emoji ? { emoji } : {}),
      })),
    ...(dm.reply_to ? { reply_to: dm.reply_to } : {}),
    edited: dm.edits.length > 0,
    unsent: dm.unsent,
  };
}

type Shown = Omit<DmRecord, '_id' | 'delivery_ids'>;

function attachmentView(attachment: DmAttachment, place: string): MessageAttachmentView {
  const { type, url, title, original_type, story_id, link_only, stored_key, content_type, stored_bytes } = attachment;
  return {
    type,
    ...(url ? { url } : {}),
    ...(url || stored_key || isHeldById(attachment) ? { href: `/inbox/messages/${place}` } : {}),
    ...(title ? { title } : {}),
    ...(original_type ? { original_type } : {}),
    ...(story_id ? { story_id } : {}),
    ...(link_only ? { link_only } : {}),
    ...(stored_key ? { has_copy: true } : {}),
    ...(content_type ? { content_type } : {}),
    ...(stored_bytes === undefined ? {} : { bytes: stored_bytes }),
  };
}

function whatBecameOf({ status, error, next_attempt_at: next, delivered_at: delivered }: Shown): Partial<MessageView> {
  const isOver = status === undefined || status === 'sent' || status === 'failed';
  const { kind, message, code } = error ?? {};
  return {
    ...(kind !== undefined && message !== undefined
      ? { error: { kind, message, ...(code === undefined ? {} : { code }) } }
      : {}),
    ...(next && !isOver ? { next_attempt_at: next.toISOString() } : {}),
    ...(delivered ? { delivered_at: delivered.toISOString() } : {}),
  };
}

function whoWrote({ send_key, sent_by }: Shown): Partial<MessageView> {
  const client_key = clientKeyOf(send_key);
  return { ...(client_key === undefined ? {} : { client_key }), ...(sent_by ? { sent_by } : {}) };
}

function whatTheAgentDid({ agent_state, agent_reason }: Shown): Partial<MessageView> {
  return { ...(agent_state ? { agent_state } : {}), ...(agent_reason ? { agent_reason } : {}) };
}
