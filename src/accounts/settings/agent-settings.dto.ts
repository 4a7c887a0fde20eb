import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  IsTimeZone,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { reasoningEfforts, type ReasoningEffort } from '../../config/index.js';
import {
  agentModes,
  unansweredChoices,
  type AgentMode,
  type AgentSettingsPatch,
  type WhenUnanswered,
} from './agent-settings.js';
import { HoursDto, zoneRule } from './hours.dto.js';
import * as docs from './agent-settings.docs.js';

const host = /^(\*\.)?([a-zA-Z0-9-]+\.)+[a-zA-Z]{2,63}$/;
const money = { minimum: 0.01, maximum: 1_000_000 };
const dollars: Parameters<typeof IsNumber> = [
  { allowNaN: false, allowInfinity: false, maxDecimalPlaces: 2 },
  { message: '$property must be US dollars with at most two decimals, such as 2.5' },
];

/** What an account's agent may be told. Everything is optional; what is left out stays as it is. */
export class AgentSettingsPatchDto implements AgentSettingsPatch {
  @ApiPropertyOptional({ example: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({ enum: agentModes, ...docs.mode })
  @IsOptional()
  @IsIn(agentModes)
  agent_mode?: AgentMode;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 100, ...docs.share })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(100)
  auto_share?: number;

  @ApiPropertyOptional({
    maxLength: 20_000,
    example: 'You answer for Juniper & Pine, a small candle shop. We ship within two days.',
  })
  @IsOptional()
  @IsString()
  @MaxLength(20_000)
  instructions?: string;

  @ApiPropertyOptional({ maxLength: 100, example: 'gpt-6-luna' })
  @IsOptional()
  @IsString()
  @Matches(/^[\w.:/-]{1,100}$/, { message: 'model must be a model name of at most 100 characters' })
  model?: string;

  @ApiPropertyOptional({
    minimum: 0,
    maximum: 2,
    example: 0.4,
    description: 'Models that reason take none and are not sent it.',
  })
  @IsOptional()
  @IsNumber({ allowNaN: false, allowInfinity: false })
  @Min(0)
  @Max(2)
  temperature?: number;

  @ApiPropertyOptional({ enum: reasoningEfforts, ...docs.effort })
  @IsOptional()
  @IsIn(reasoningEfforts)
  reasoning_effort?: ReasoningEffort;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 16,
    maximum: 4_000,
    example: 600,
    description: 'Of the answer itself; what the model thinks has its own room.',
  })
  @IsOptional()
  @IsInt()
  @Min(16)
  @Max(4_000)
  max_output_tokens?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 10, ...docs.parts })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(10)
  max_reply_parts?: number;

  @ApiPropertyOptional({ maxLength: 64, ...docs.zone })
  @IsOptional()
  @IsString()
  @MaxLength(64)
  // An offset such as +02:00 is wrong half of the year.
  @Matches(/^[A-Za-z]/, zoneRule)
  @IsTimeZone(zoneRule)
  timezone?: string;

  @ApiPropertyOptional({ type: HoursDto, ...docs.openingHours })
  @IsOptional()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => HoursDto)
  opening_hours?: HoursDto;

  @ApiPropertyOptional({ type: HoursDto, ...docs.peopleHours })
  @IsOptional()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => HoursDto)
  people_hours?: HoursDto;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 200,
    example: 30,
    description: 'Messages of the conversation the model sees.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(200)
  history?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 120_000,
    example: 2_500,
    description: 'Wait after the last message, so that a burst gets one answer.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(120_000)
  quiet_ms?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 43_200,
    example: 60,
    description: 'Silence after a person answered.',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(43_200)
  pause_after_human_minutes?: number;

  @ApiPropertyOptional({ enum: unansweredChoices, ...docs.unanswered })
  @IsOptional()
  @IsIn(unansweredChoices)
  when_unanswered?: WhenUnanswered;

  @ApiPropertyOptional({
    maxLength: 1_000,
    example: 'Thank you! A colleague will answer shortly.',
    description: 'Told where there is no answer, in the place of the built-in words in the customer’s language.',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(1_000)
  fallback_text?: string;

  @ApiPropertyOptional({ type: [String], maxItems: 50, ...docs.automatic })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MinLength(1, { each: true })
  @MaxLength(1_000, { each: true })
  automatic_texts?: string[];

  @ApiPropertyOptional({ example: true })
  @IsOptional()
  @IsBoolean()
  see_pictures?: boolean;

  @ApiPropertyOptional({ example: false })
  @IsOptional()
  @IsBoolean()
  transcribe_voice?: boolean;

  @ApiPropertyOptional({ type: [String], maxItems: 50, ...docs.links })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @Matches(host, { each: true, message: 'allowed_links must hold host names such as shop.example.com' })
  allowed_links?: string[];

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 1_000_000_000, example: 1_000_000 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1_000_000_000)
  daily_token_budget?: number;

  @ApiPropertyOptional({ ...money, ...docs.dailyBudget })
  @IsOptional()
  @IsNumber(...dollars)
  @Min(0.01)
  @Max(1_000_000)
  daily_budget?: number;

  @ApiPropertyOptional({ ...money, ...docs.monthlyBudget })
  @IsOptional()
  @IsNumber(...dollars)
  @Min(0.01)
  @Max(1_000_000)
  monthly_budget?: number;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1_000, example: 30 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000)
  replies_per_conversation_hour?: number;

  @ApiPropertyOptional({ type: [String], maxItems: 50, ...docs.phrases })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MinLength(2, { each: true })
  @MaxLength(100, { each: true })
  hand_over_phrases?: string[];

  @ApiPropertyOptional({
    maxLength: 1_000,
    example: 'Of course! One of us will write to you here.',
    description: 'Told to a customer who asked for a person.',
  })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(1_000)
  hand_over_text?: string;
}
