import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsMongoId, IsString, Length, Max, Min } from 'class-validator';
import { IsTime, MayBeAbsent } from '../validation/index.js';
import { IdPageQuery } from '../paging/index.js';
import type { DeliveryState } from './delivery.schema.js';

const states = ['received', 'stored', 'parked', 'discarded'] as const;

export class DeliveriesQuery extends IdPageQuery {
  @ApiPropertyOptional({ enum: states, example: 'parked' })
  @MayBeAbsent()
  @IsIn(states)
  state?: DeliveryState;

  @ApiPropertyOptional({ description: '`_id` of an account.', example: '665f1c2e9b1e8a0012345678' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  account_id?: string;

  @ApiPropertyOptional({ description: 'Received at or after.', example: '2026-01-02T03:04:05Z' })
  @MayBeAbsent()
  @IsTime()
  since?: string;
}

export class DeliveryHeadView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  _id!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-02T03:04:05.000Z' })
  received_at!: Date;

  @ApiProperty({
    enum: states,
    description:
      '`received`: durable, not stored as DMs yet; `stored`: done; `parked`: waits for a person; `discarded`: a person let it go.',
    example: 'stored',
  })
  state!: DeliveryState;

  @ApiProperty({ description: 'Messaging events in it.', example: 1 })
  events!: number;

  @ApiProperty({ type: [String], example: ['665f1c2e9b1e8a0012345678'] })
  account_ids!: string[];

  @ApiProperty({ description: 'Times it was handed over again because its job was lost.', example: 0 })
  attempts!: number;

  @ApiProperty({ description: 'Times storing it failed.', example: 0 })
  failures!: number;

  @ApiPropertyOptional({ example: 'not_storable' })
  error?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-01-02T03:04:05.100Z' })
  stored_at?: Date;
}

export class DecodedEventView {
  @ApiProperty({ example: 0 })
  index!: number;

  @ApiProperty({ example: 'message' })
  kind!: string;

  @ApiPropertyOptional({ example: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZA' })
  mid?: string;

  @ApiPropertyOptional({ example: '1234567890123456' })
  sender_id?: string;

  @ApiPropertyOptional({ example: '17841400000000001' })
  recipient_id?: string;

  @ApiProperty({ description: 'Milliseconds.', example: 1_700_000_000_000 })
  timestamp!: number;

  @ApiProperty({ type: [String], description: 'What Meta sent and nobody here knows.', example: ['message.new_thing'] })
  unknown_fields!: string[];

  @ApiPropertyOptional({ description: 'Of an unknown event: why it is unknown.', example: 'unknown_kind' })
  reason?: string;
}

export class DeliveryView extends DeliveryHeadView {
  @ApiProperty({
    description: 'Id of its trace, where telemetry is configured and the trace was kept.',
    example: '4bf92f3577b34da6a3ce929d0e0e4736',
  })
  trace_id!: string;

  @ApiProperty({
    description: 'What Meta sent; as text where it is no JSON we take.',
    oneOf: [{ type: 'object', additionalProperties: true }, { type: 'array', items: {} }, { type: 'string' }],
    example: { object: 'instagram', entry: [] },
  })
  payload!: unknown;

  @ApiProperty({ type: [DecodedEventView], description: 'How it is understood.' })
  decoded!: DecodedEventView[];
}

export class DeliveryListResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: [DeliveryHeadView] })
  data!: DeliveryHeadView[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page.', example: null })
  next_cursor!: string | null;
}

export class DeliveryResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: DeliveryView })
  data!: DeliveryView;
}

export class DeliveryHeadResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: DeliveryHeadView })
  data!: DeliveryHeadView;
}

/** Which deliveries; at least one of the first five is needed. */
export class ReplayPageDto {
  @ApiPropertyOptional({ enum: states, example: 'parked' })
  @MayBeAbsent()
  @IsIn(states)
  state?: DeliveryState;

  @ApiPropertyOptional({ description: '`_id` of an account.', example: '665f1c2e9b1e8a0012345678' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  account_id?: string;

  @ApiPropertyOptional({ description: 'Received at or after.', example: '2026-01-02T14:00:00Z' })
  @MayBeAbsent()
  @IsTime()
  since?: string;

  @ApiPropertyOptional({ description: 'Received before.', example: '2026-01-02T15:00:00Z' })
  @MayBeAbsent()
  @IsTime()
  until?: string;

  @ApiPropertyOptional({ description: 'Their `error` contains it.', example: 'is not a function' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  error?: string;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.', example: '665f1c2e9b1e8a0012345678' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  cursor?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 1_000, default: 500, example: 500 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  limit = 500;
}

export class ReplayPageResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ description: 'How many of this page are due again.', example: 500 })
  reopened!: number;

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page.', example: null })
  next_cursor!: string | null;
}

export class ReplayResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: DeliveryHeadView })
  data!: DeliveryHeadView;

  @ApiProperty({ description: 'A worker has it at once; otherwise within seconds.', example: true })
  handed_over!: boolean;
}
