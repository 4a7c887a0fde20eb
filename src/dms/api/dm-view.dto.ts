import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { channelNames, type Channel } from '../../channels/index.js';
import type { DmRecord } from '../dm.schema.js';

const statuses = ['queued', 'sending', 'sent', 'failed', 'unconfirmed'] as const;

export class DmAttachmentView {
  @ApiProperty({ description: '`unsupported` where Meta’s type is not known here', example: 'image' })
  type!: string;

  @ApiPropertyOptional({ description: 'Meta’s word for an unsupported one', example: 'hologram' })
  original_type?: string;

  @ApiPropertyOptional({
    description: 'Meta’s links run out after some days',
    example: 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1',
  })
  url?: string;

  @ApiPropertyOptional({ example: 'menu.pdf' })
  title?: string;

  @ApiPropertyOptional({ description: 'Of a shared post or reel', example: '18139494541428835' })
  media_id?: string;

  @ApiPropertyOptional({ example: '17900000000000042' })
  story_id?: string;

  @ApiPropertyOptional({ description: 'Meta forbids to keep a copy', example: true })
  link_only?: boolean;

  @ApiPropertyOptional({ description: 'There is a copy: `GET /instagram-dms/{id}/attachments/{index}`', example: true })
  has_copy?: boolean;
}

export class DmReactionView {
  @ApiProperty({ description: 'Who reacted', example: '1254477777772222' })
  sender_id!: string;

  @ApiPropertyOptional({ example: 'love' })
  reaction?: string;

  @ApiPropertyOptional({ example: '❤' })
  emoji?: string;

  @ApiProperty({ description: 'ms since epoch', example: 1763700000000 })
  timestamp!: number;
}

class DmEditView {
  @ApiPropertyOptional({ example: 'Are you open on Sundays?' })
  text?: string;

  @ApiProperty({ description: 'Which of its edits', example: 1 })
  num_edit!: number;

  @ApiProperty({ description: 'ms since epoch', example: 1763700000000 })
  at!: number;
}

export class DmChoiceView {
  @ApiProperty({ description: 'As the send that offered it named it', example: 'HOURS' })
  id!: string;

  @ApiPropertyOptional({ description: 'What the person read', example: 'Opening hours' })
  title?: string;
}

export class SentTemplateView {
  @ApiProperty({ example: 'order_update' })
  name!: string;

  @ApiProperty({ example: 'en_US' })
  language!: string;

  @ApiPropertyOptional({ description: 'In the channel’s word', example: 'UTILITY' })
  category?: string;
}

class DmErrorView {
  @ApiProperty({ example: 'outside_window' })
  kind!: string;

  @ApiProperty({ example: '24-hour messaging window expired. Wait for user to message first.' })
  message!: string;

  @ApiPropertyOptional({ description: 'Meta’s code', example: 10 })
  code?: number;

  @ApiPropertyOptional({ example: 2534022 })
  subcode?: number;

  @ApiPropertyOptional({ example: 'A1b2C3d4E5' })
  fbtrace_id?: string;
}

/** A DM as the API shows it. */
export class DmView {
  @ApiProperty({ example: '6740c0de6740c0de6740c0de' })
  _id!: string;

  @ApiProperty({ enum: channelNames, example: channelNames[0] })
  channel!: Channel;

  @ApiProperty({ example: '6740aaaa6740aaaa6740aaaa' })
  platform_account_id!: string;

  @ApiProperty({ example: '17841400008460056' })
  ig_id!: string;

  @ApiProperty({ example: 'user-1' })
  user_id!: string;

  @ApiProperty({ example: '9f86d081884c7d659a2feaa0' })
  conversation_id!: string;

  @ApiProperty({ example: '1254477777772222' })
  sender_id!: string;

  @ApiPropertyOptional({ example: 'Mara Lindqvist' })
  sender_name?: string;

  @ApiProperty({ example: '17841400008460056' })
  recipient_id!: string;

  @ApiPropertyOptional({ example: 'juniper.and.pine' })
  recipient_name?: string;

  @ApiPropertyOptional({ description: 'Meta’s id; absent while Meta has not taken it' })
  message_id?: string;

  @ApiProperty({ example: 'message' })
  kind!: string;

  @ApiPropertyOptional({ example: 'Are you open on Sunday?' })
  text?: string;

  @ApiProperty({ type: [DmAttachmentView] })
  attachments!: DmAttachmentView[];

  @ApiProperty({ description: 'ms since epoch, by Meta’s clock', example: 1763700000000 })
  timestamp!: number;

  @ApiProperty()
  is_echo!: boolean;

  @ApiProperty({ enum: ['inbound', 'outbound'] })
  direction!: DmRecord['direction'];

  @ApiProperty()
  read!: boolean;

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  read_at?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When it reached the customer’s phone; where the channel tells.',
  })
  delivered_at?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When a voice message was listened to; where the channel tells.',
  })
  played_at?: string;

  @ApiProperty({ description: 'Written by a person through this API' })
  manual_dm!: boolean;

  @ApiProperty({ enum: ['webhook', 'api', 'agent', 'sync'] })
  source!: DmRecord['source'];

  @ApiPropertyOptional({
    enum: statuses,
    description: 'Of an outbound DM. `unconfirmed`: Meta may have sent it and could not be asked; see `resolve`.',
  })
  status?: DmRecord['status'];

  @ApiPropertyOptional({ description: 'Why a `queued` DM waits', example: 'rate_limit' })
  held_reason?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'While it is not over: when it is looked at next',
  })
  next_attempt_at?: string;

  @ApiPropertyOptional({ example: 1 })
  attempts?: number;

  @ApiPropertyOptional({
    type: 'integer',
    example: 2,
    description: 'On the last message of an answer that was cut (`max_reply_parts`): how many messages are missing.',
  })
  truncated_parts?: number;

  @ApiPropertyOptional({ type: DmErrorView })
  error?: DmRecord['error'];

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  sent_at?: string;

  @ApiPropertyOptional({
    type: Object,
    additionalProperties: true,
    example: { mid: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE' },
  })
  reply_to?: DmRecord['reply_to'];

  @ApiPropertyOptional({ type: Object, additionalProperties: true })
  quick_reply?: DmRecord['quick_reply'];

  @ApiPropertyOptional({ type: Object, additionalProperties: true })
  postback?: DmRecord['postback'];

  @ApiPropertyOptional({
    type: DmChoiceView,
    description: 'The choice that it picks: a quick reply, a button or a row of a list, whatever the channel calls it',
  })
  choice?: DmChoiceView;

  @ApiPropertyOptional({ type: SentTemplateView, description: 'The approved template that it was sent by' })
  template?: SentTemplateView;

  @ApiPropertyOptional({ type: [DmChoiceView], description: 'The choices that were sent under it' })
  choices?: DmChoiceView[];

  @ApiPropertyOptional({ type: Object, additionalProperties: true })
  referral?: DmRecord['referral'];

  @ApiPropertyOptional({
    type: Object,
    additionalProperties: true,
    description: 'Of a comment or mention',
    example: { id: '17865799348089039', media_id: '17990000000000001' },
  })
  comment?: DmRecord['comment'];

  @ApiProperty({ type: [DmReactionView], example: [] })
  reactions!: DmReactionView[];

  @ApiProperty({ type: [DmEditView], example: [] })
  edits!: DmEditView[];

  @ApiPropertyOptional({ description: 'Meta does not hand on what it holds' })
  is_unsupported?: boolean;

  @ApiPropertyOptional({ description: 'The account wrote to itself' })
  is_self?: boolean;

  @ApiPropertyOptional({ description: 'A greeting or instant reply that Instagram itself sent: nobody wrote it' })
  is_automatic?: boolean;

  @ApiPropertyOptional({ description: 'Another app had the conversation then' })
  standby?: boolean;

  @ApiProperty()
  is_deleted!: boolean;

  @ApiProperty({ description: 'Taken back by its author' })
  unsent!: boolean;

  @ApiPropertyOptional({ enum: ['pending', 'answered', 'skipped'], description: 'What the agent did about it' })
  agent_state?: DmRecord['agent_state'];

  @ApiPropertyOptional({ description: 'Why it skipped it', example: 'agent_off' })
  agent_reason?: string;

  @ApiProperty({ type: String, format: 'date-time' })
  created_at!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  updated_at!: string;
}
