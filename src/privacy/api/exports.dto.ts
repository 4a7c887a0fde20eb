import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { accountIdPattern, accountIdRule, metaIdPattern, metaIdRule } from '../../paging/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import type { Export } from '../export/exports.repository.js';

export class ExportRequestDto {
  @ApiPropertyOptional({
    description: 'The account’s `_id`, or its id at the channel. Without it: everything of the caller’s tenant.',
    example: '665f1c2e9b1d8a0012345678',
  })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  account_id?: string;

  @ApiPropertyOptional({
    description: 'One customer of that account, as `participant_id` of conversations names them.',
    example: '1254477777772222',
  })
  @MayBeAbsent()
  @Matches(metaIdPattern, metaIdRule)
  participant_id?: string;

  @ApiPropertyOptional({
    maxLength: 200,
    description: 'For the role admin, and alone: everything of this tenant.',
    example: 'tenant-1',
  })
  @MayBeAbsent()
  @IsString()
  @MinLength(1)
  @MaxLength(200)
  tenant?: string;
}

const states = ['queued', 'running', 'done', 'failed'] as const;

export class ExportView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  id!: string;

  @ApiProperty({ enum: ['person', 'account', 'tenant'], description: 'What of.', example: 'account' })
  kind!: Export['kind'];

  @ApiProperty({ enum: states, description: '`failed` is tried again by itself until it expires.', example: 'done' })
  state!: Export['state'];

  @ApiProperty({ type: [String], example: ['665f1c2e9b1d8a0012345678'] })
  account_ids!: string[];

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Lines that are written, by their `type`.',
    example: { export: 1, account: 1, conversation: 2, message: 40 },
  })
  counts!: Record<string, number>;

  @ApiProperty({ description: 'Of the file, as far as it is written.', example: 48_211 })
  bytes!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When it was asked for.',
    example: '2026-01-02T03:04:05.000Z',
  })
  requested_at!: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-01-02T03:05:05.000Z' })
  completed_at?: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When it is removed.',
    example: '2026-01-09T03:05:05.000Z',
  })
  expires_at!: Date;

  @ApiPropertyOptional({
    description: 'Where the file is, once it is done.',
    example: '/privacy/exports/665f1c2e9b1e8a0012345678/download',
  })
  download?: string;
}

export class ExportResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: ExportView }) data!: ExportView;
}

export class ExportListResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [ExportView] }) data!: ExportView[];
}

export function exportView(record: Export): ExportView {
  const { _id: id, kind, state, account_ids, counts, bytes, requested_at, completed_at, expires_at } = record;
  const download = state === 'done' ? `/privacy/exports/${id}/download` : undefined;
  return { id, kind, state, account_ids, counts, bytes, requested_at, completed_at, expires_at, download };
}
