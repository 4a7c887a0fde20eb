import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../validation/index.js';
import { IdPageQuery } from '../paging/index.js';

export const kinds = ['job', 'send', 'delivery', 'event'] as const;
const states = ['open', 'replayed'] as const;

export class DeadLettersQuery extends IdPageQuery {
  @ApiPropertyOptional({ enum: states, default: 'open', example: 'open' })
  @MayBeAbsent()
  @IsIn(states)
  state?: (typeof states)[number];

  @ApiPropertyOptional({ enum: kinds, example: 'send' })
  @MayBeAbsent()
  @IsIn(kinds)
  kind?: (typeof kinds)[number];
}

export class DeadLetterView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  _id!: string;

  @ApiProperty({
    enum: kinds,
    description:
      '`job`: a job ran out of tries; `send`: Meta refused a DM for good; `delivery`, `event`: it could not be stored.',
    example: 'send',
  })
  kind!: (typeof kinds)[number];

  @ApiProperty({ description: 'The job’s name, or the kind of event.', example: 'send-conversation' })
  subject!: string;

  @ApiProperty({ example: 'outside_window' })
  reason!: string;

  @ApiPropertyOptional({ example: 'This message is sent outside of allowed window.' })
  error?: string;

  @ApiPropertyOptional({ description: 'The tenant it happened to.', example: 'tenant-1' })
  user_id?: string;

  @ApiPropertyOptional({ example: '665f1c2e9b1e8a0012345678' })
  platform_account_id?: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'Ids that a replay needs.',
    example: { dm_id: '665f1c2e9b1e8a0012345678' },
  })
  payload!: Record<string, unknown>;

  @ApiProperty({ enum: states, example: 'open' })
  state!: (typeof states)[number];

  @ApiPropertyOptional({ type: String, format: 'date-time' })
  replayed_at?: Date;

  @ApiPropertyOptional({ example: 'operator' })
  replayed_by?: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-02T03:04:05.000Z' })
  created_at!: Date;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-02T03:04:05.000Z' })
  updated_at!: Date;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description:
      'When it is deleted, replayed or not: DEAD_LETTER_RETENTION_DAYS after its last change. Absent where that is 0.',
    example: '2026-04-02T03:04:05.000Z',
  })
  kept_until?: Date;
}

class Success {
  @ApiProperty({ enum: [true], example: true })
  success!: true;
}

class Page extends Success {
  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page.', example: null })
  next_cursor!: string | null;
}

export class DeadLetterListResponse extends Page {
  @ApiProperty({ type: [DeadLetterView] })
  data!: DeadLetterView[];
}

export class DeadLetterResponse extends Success {
  @ApiProperty({ type: DeadLetterView })
  data!: DeadLetterView;
}

export class AuditQuery extends IdPageQuery {
  @ApiPropertyOptional({ description: 'One admin’s actions alone.', example: 'operator' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  actor?: string;
}
