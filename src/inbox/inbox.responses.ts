import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { duplicateOf } from '../dms/index.js';
import { ConversationView } from './conversations/conversation.view.js';
import { MessageView } from './messages/message.view.js';

const nextCursor = {
  type: String,
  nullable: true,
  description: '`cursor` of the next page; null on the last',
  example: null,
} as const;
const total = { type: 'integer', minimum: 0, description: 'Under these filters, on all pages', example: 1 } as const;

export class ConversationListResponse {
  @ApiProperty({ type: [ConversationView] })
  conversations!: ConversationView[];

  @ApiProperty(total)
  total!: number;

  @ApiProperty(nextCursor)
  next_cursor!: string | null;
}

export class ConversationResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: ConversationView })
  data!: ConversationView;
}

class SyncOutcomeView {
  @ApiProperty({ description: 'Meta was asked and answered', example: true })
  ok!: boolean;

  @ApiProperty({ type: 'integer', description: 'Messages that were missing here', example: 2 })
  stored!: number;

  @ApiPropertyOptional({ example: 'The account needs to be connected again.' })
  error?: string;
}

export class MessageListResponse {
  @ApiProperty({ type: ConversationView })
  conversation!: ConversationView;

  @ApiProperty({ type: [MessageView], description: 'Oldest first' })
  messages!: MessageView[];

  @ApiProperty({ ...nextCursor, description: '`cursor` of the older page; null when there is none' })
  next_cursor!: string | null;

  @ApiProperty({
    description: 'There are newer ones behind this page: `after` with the last one’s `id`',
    example: false,
  })
  has_newer!: boolean;

  @ApiPropertyOptional({ type: SyncOutcomeView, description: 'With `sync=true`' })
  sync?: SyncOutcomeView;
}

export class MessageSearchResponse {
  @ApiProperty({ type: [MessageView], description: 'Newest first' })
  messages!: MessageView[];

  @ApiProperty(nextCursor)
  next_cursor!: string | null;
}

export class ReplyResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Meta’s id; null while Meta has not answered (202)',
    example: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE',
  })
  message_id!: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: '2026-01-05T10:00:05.000Z' })
  sent_at!: string | null;

  @ApiProperty({
    description: 'The DM: `GET /instagram-dms/{id}`. Of a long answer the first part that is not over, else the first',
    example: '6740c0de6740c0de6740c0de',
  })
  id!: string;

  @ApiProperty({ enum: ['queued', 'sending', 'sent', 'unconfirmed'], example: 'sent' })
  status!: string;

  @ApiPropertyOptional({ description: 'Why a `queued` one waits', example: 'rate_limit' })
  held_reason?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'While it is not over: when it is looked at next',
  })
  next_attempt_at?: string;

  @ApiPropertyOptional(duplicateOf)
  duplicate_of?: string;
}
