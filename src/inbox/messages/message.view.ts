import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { DmRecord } from '../../dms/index.js';

const date = { type: String, format: 'date-time' } as const;

class MessageAttachmentView {
  @ApiProperty({ example: 'image' })
  type!: string;

  @ApiPropertyOptional({
    description: 'Meta’s links run out after some days',
    example: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1',
  })
  url?: string;

  @ApiPropertyOptional({ example: 'menu.pdf' })
  title?: string;

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

  @ApiPropertyOptional({ type: MessageErrorView })
  error?: MessageErrorView;

  @ApiProperty({ enum: ['webhook', 'api', 'agent', 'sync'], description: 'Where it came from', example: 'webhook' })
  source!: DmRecord['source'];

  @ApiPropertyOptional({ description: 'A greeting or instant reply that Instagram itself sent', example: true })
  is_automatic?: boolean;

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
  return {
    id: String(dm._id),
    external_id: dm.message_id ?? null,
    conversation_id: dm.conversation_id,
    direction: dm.direction,
    kind: dm.kind,
    content: dm.text ?? null,
    attachments: dm.attachments.map(({ type, url, title, stored_key }) => ({
      type,
      ...(url ? { url } : {}),
      ...(title ? { title } : {}),
      ...(stored_key ? { has_copy: true } : {}),
    })),
    sent_at: new Date(dm.timestamp).toISOString(),
    read_at: dm.read_at?.toISOString() ?? null,
    read: dm.read,
    status: dm.direction === 'inbound' ? 'received' : (dm.status ?? 'sent'),
    ...(dm.held_reason ? { held_reason: dm.held_reason } : {}),
    ...(dm.error ? { error: { kind: dm.error.kind, message: dm.error.message } } : {}),
    source: dm.source,
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
