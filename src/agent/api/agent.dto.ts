import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsMongoId,
  IsObject,
  IsString,
  MaxLength,
  MinLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { Type } from 'class-transformer';
import { MayBeAbsent } from '../../validation/index.js';
import { AgentSettingsPatchDto, AgentSettingsView } from '../../accounts/index.js';

export class AgentSettingsResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: AgentSettingsView }) data!: AgentSettingsView;
}

/** A question for the agent that nobody will get the answer to. */
export class AgentPreviewDto {
  @ApiProperty({ description: 'Our id of the account, or its Instagram id.', example: '665f1c2ab7e4a1d2c3b4a596' })
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  account_id!: string;

  @ApiPropertyOptional({
    maxLength: 1_000,
    example: 'Do you ship to Norway?',
    description: 'What a customer would write; this or `messages`.',
  })
  @ValidateIf(({ message, messages }: AgentPreviewDto) => messages === undefined || message !== undefined)
  @IsString()
  @MinLength(1)
  @MaxLength(1_000)
  message?: string;

  @ApiPropertyOptional({
    type: [String],
    minItems: 1,
    maxItems: 10,
    example: ['Hi!', 'Do you ship to Norway?'],
    description: 'Several messages in a row, answered with one reply.',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(10)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(1_000, { each: true })
  messages?: string[];

  @ApiPropertyOptional({
    example: '0f3c9a5e7d1b2c4f6a8e9d0b',
    description: 'Answer as if it came in this conversation, with its history.',
  })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  conversation_id?: string;

  @ApiPropertyOptional({
    type: AgentSettingsPatchDto,
    example: { instructions: 'You answer for Juniper & Pine. Be brief.' },
    description: 'Settings to try, over those that are saved; `null` stands for the default. Nothing is saved.',
  })
  @MayBeAbsent()
  @IsObject()
  @ValidateNested()
  @Type(() => AgentSettingsPatchDto)
  settings?: AgentSettingsPatchDto;
}

export const previewOutcomes = ['reply', 'hand_over', 'fallback', 'silence'] as const;
export type PreviewOutcome = (typeof previewOutcomes)[number];

export class AgentPreview {
  @ApiProperty({
    enum: previewOutcomes,
    example: 'reply',
    description: '`fallback` and `silence`: there was no answer fit to send; `reason` says why.',
  })
  outcome!: PreviewOutcome;

  @ApiPropertyOptional({ example: 'Yes! Shipping to Norway takes about a week.' })
  text?: string;

  @ApiProperty({
    type: [String],
    example: ['Yes! Shipping to Norway takes about a week.'],
    description: 'The messages it would be sent as.',
  })
  parts!: string[];

  @ApiPropertyOptional({ type: 'integer', example: 2, description: 'How many messages were cut (`max_reply_parts`).' })
  truncated_parts?: number;

  @ApiPropertyOptional({ example: 'withheld_link' })
  reason?: string;

  @ApiProperty({ type: 'integer', example: 412, description: 'Tokens it cost.' })
  tokens!: number;
}

export class AgentPreviewResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: AgentPreview }) data!: AgentPreview;
}
