import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { liveEventNames, type LiveEventName } from '../../inbox/index.js';
import { IdPageQuery } from '../../paging/index.js';
import { IsTime, MayBeAbsent } from '../../validation/index.js';
import { disabledReasons, type DisabledReason } from '../endpoints/webhook-endpoint.schema.js';
import {
  endpointEventTypes,
  endpointMessageStatuses,
  type EndpointEventType,
  type EndpointMessageStatus,
} from '../messages/endpoint-message.schema.js';

const url = {
  example: 'https://dashboard.example.com/hooks/dm',
  maxLength: 2_000,
  description: 'Where events are posted to: https, at a public address. A redirect is not followed.',
};
const eventTypes = {
  enum: liveEventNames,
  isArray: true,
  example: ['message', 'conversation'],
  description: 'What it is told of: the names of the events of `GET /inbox/stream`. `reset` comes unasked.',
};
const description = { example: 'The dashboard', maxLength: 200, description: 'What it is, for people.' };
const enabled = {
  example: true,
  description: 'Whether it is told. What happens while it is disabled is not kept for it.',
};
const onOneLine = { message: 'expected one line, at most 200 characters' };
const linePattern = /^[^\n\r]{0,200}$/;

export class NewWebhookEndpointRequest {
  @ApiProperty(url)
  @IsString()
  @MaxLength(2_000)
  url!: string;

  @ApiProperty(eventTypes)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(liveEventNames, { each: true })
  event_types!: LiveEventName[];

  @ApiPropertyOptional({ ...description, default: '' })
  @MayBeAbsent()
  @IsString()
  @Matches(linePattern, onOneLine)
  description?: string;

  @ApiPropertyOptional({ ...enabled, default: true })
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;
}

export class ChangeWebhookEndpointRequest {
  @ApiPropertyOptional(url)
  @MayBeAbsent()
  @IsString()
  @MaxLength(2_000)
  url?: string;

  @ApiPropertyOptional(eventTypes)
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  @IsIn(liveEventNames, { each: true })
  event_types?: LiveEventName[];

  @ApiPropertyOptional(description)
  @MayBeAbsent()
  @IsString()
  @Matches(linePattern, onOneLine)
  description?: string;

  @ApiPropertyOptional(enabled)
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;
}

export class ListEndpointMessagesQuery extends IdPageQuery {
  @ApiPropertyOptional({ enum: endpointMessageStatuses, description: 'Those of this status alone.' })
  @MayBeAbsent()
  @IsIn(endpointMessageStatuses)
  status?: EndpointMessageStatus;
}

export class ReplayQuery {
  @ApiProperty({
    format: 'date-time',
    example: '2026-11-30T08:00:00Z',
    description: 'Messages that were queued from then on, and failed.',
  })
  @IsTime()
  @MaxLength(40)
  since!: string;
}

export class WebhookEndpointView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596' }) id!: string;
  @ApiProperty(url) url!: string;
  @ApiProperty(eventTypes) event_types!: LiveEventName[];
  @ApiProperty(description) description!: string;
  @ApiProperty(enabled) enabled!: boolean;
  @ApiProperty({
    enum: disabledReasons,
    type: String,
    nullable: true,
    example: null,
    description:
      'Why it is disabled: `by_owner`; `failing`, it took nothing for three days; `gone`, it answered 410. Null while it is enabled.',
  })
  disabled_reason!: DisabledReason | null;
  @ApiProperty({
    type: Date,
    nullable: true,
    example: null,
    description: 'When it was disabled; null while it is enabled.',
  })
  disabled_at!: Date | null;
  @ApiProperty({
    type: Date,
    nullable: true,
    example: null,
    description: 'The first attempt that failed since one succeeded; null while it works.',
  })
  failing_since!: Date | null;
  @ApiProperty({
    type: Date,
    nullable: true,
    example: null,
    description: 'Until when the secret before this one signs as well; null when there is none.',
  })
  previous_secret_until!: Date | null;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) created_at!: Date;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) updated_at!: Date;
}

export class NewWebhookEndpointView extends WebhookEndpointView {
  @ApiProperty({
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw0000000000A=',
    description: 'What it is signed with, as Standard Webhooks writes it. Shown now and never again.',
  })
  secret!: string;
}

export class WebhookEndpointResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: WebhookEndpointView }) data!: WebhookEndpointView;
}

export class NewWebhookEndpointResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: NewWebhookEndpointView }) data!: NewWebhookEndpointView;
}

export class WebhookEndpointListResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [WebhookEndpointView], description: 'Newest first.' }) data!: WebhookEndpointView[];
  @ApiProperty({ type: String, nullable: true, example: null }) next_cursor!: string | null;
}

export class WebhookEndpointRemovedResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ enum: [true], example: true, description: 'It, its secrets and its log are gone.' }) deleted!: true;
}

export class EndpointAttemptView {
  @ApiProperty({ example: '2026-11-30T08:00:01.000Z' }) at!: Date;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 204,
    description: 'The HTTP status; null where there was no answer. 2xx is success.',
  })
  status!: number | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description:
      'Why there was no answer: `timeout` (10 seconds), `unreachable`, `cut_off`, `private_address`, `not_https`, ' +
      '`secret_unreadable`.',
  })
  reason!: string | null;
  @ApiProperty({ type: 'integer', example: 84, description: 'Milliseconds that it took.' }) ms!: number;
}

export class EndpointMessageView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a599', description: 'The header `webhook-id` of each attempt.' })
  id!: string;
  @ApiProperty({ enum: endpointEventTypes, example: 'message', description: 'What it tells of.' })
  event_type!: EndpointEventType;
  @ApiProperty({
    enum: endpointMessageStatuses,
    example: 'delivered',
    description:
      '`queued`: an attempt is to come; `delivered`: it was answered 2xx; `failed`: the attempts are used up, or the ' +
      'endpoint was disabled; `withdrawn`: what it tells of is gone, nothing was sent.',
  })
  status!: EndpointMessageStatus;
  @ApiProperty({ type: [EndpointAttemptView], description: 'The latest twenty, oldest first.' })
  attempts!: EndpointAttemptView[];
  @ApiProperty({
    type: Date,
    nullable: true,
    example: null,
    description: 'When it is tried next; null when no attempt is to come.',
  })
  next_attempt_at!: Date | null;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) created_at!: Date;
}

export class EndpointMessageResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: EndpointMessageView }) data!: EndpointMessageView;
}

export class EndpointMessageListResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [EndpointMessageView], description: 'Newest first.' }) data!: EndpointMessageView[];
  @ApiProperty({ type: String, nullable: true, example: null }) next_cursor!: string | null;
}

export class EndpointReplayView {
  @ApiProperty({ type: 'integer', example: 12, description: 'How many were queued again; 1000 at most.' })
  replayed!: number;
  @ApiProperty({ example: false, description: 'Whether there are more: ask again.' }) more!: boolean;
}

export class EndpointReplayResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: EndpointReplayView }) data!: EndpointReplayView;
}
