import { ApiProperty } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import type { Draft } from './drafts.repository.js';

export class DraftRequest {
  @ApiProperty({ maxLength: 10_000, example: 'Thanks for your mess' })
  @IsString()
  @MaxLength(10_000)
  @Matches(/\S/, { message: 'must not be empty; DELETE takes it away' })
  text!: string;
}

export class DraftView {
  @ApiProperty({ example: '9f86d081884c7d659a2feaa0' })
  conversation_id!: string;

  @ApiProperty({ example: 'Thanks for your mess' })
  text!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  updated_at!: string;
}

export class DraftResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: DraftView, nullable: true, description: '`null`: there is none' })
  data!: DraftView | null;
}

export class DraftListResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [DraftView], description: 'The latest hundred' })
  data!: DraftView[];
}

export function draftView({ conversation_id, text, updated_at }: Draft): DraftView {
  return { conversation_id, text, updated_at: updated_at.toISOString() };
}
