import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { reasoningEfforts, type ReasoningEffort } from '../../config/index.js';
import * as docs from './agent-settings.docs.js';
import {
  agentModes,
  unansweredChoices,
  type AgentMode,
  type AgentSettings,
  type WhenUnanswered,
} from './agent-settings.js';
import { HoursDto } from './hours.dto.js';
import type { LimitedSetting } from './operator-limits.js';

export class LimitedSettingView implements LimitedSetting {
  @ApiProperty({ enum: ['model', 'daily_token_budget'], example: 'daily_token_budget' })
  field!: LimitedSetting['field'];

  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'integer' }],
    example: 1_000_000_000,
    description: 'What is set.',
  })
  asked!: string | number;

  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'integer' }], example: 20_000_000, description: 'What holds.' })
  used!: string | number;
}

/** What holds for an account: its own settings over the defaults. */
export class AgentSettingsView implements AgentSettings {
  @ApiProperty({ example: true }) enabled!: boolean;
  @ApiProperty({ enum: agentModes, ...docs.mode }) agent_mode!: AgentMode;
  @ApiProperty({ type: 'integer', ...docs.share }) auto_share!: number;
  @ApiProperty({ example: 'You answer for Juniper & Pine, a small candle shop.' }) instructions!: string;
  @ApiProperty({ example: 'gpt-6-luna' }) model!: string;
  @ApiProperty({ example: 0.4 }) temperature!: number;
  @ApiProperty({ enum: reasoningEfforts, ...docs.effort }) reasoning_effort!: ReasoningEffort;
  @ApiProperty({ type: 'integer', example: 600 }) max_output_tokens!: number;
  @ApiProperty({ type: 'integer', ...docs.parts }) max_reply_parts!: number;
  @ApiProperty(docs.zone) timezone!: string;
  @ApiPropertyOptional({ type: HoursDto, ...docs.openingHours }) opening_hours?: HoursDto;
  @ApiPropertyOptional({ type: HoursDto, ...docs.peopleHours }) people_hours?: HoursDto;
  @ApiProperty({ type: 'integer', example: 30 }) history!: number;
  @ApiProperty({ type: 'integer', example: 2_500 }) quiet_ms!: number;
  @ApiProperty({ type: 'integer', example: 60 }) pause_after_human_minutes!: number;
  @ApiProperty({ enum: unansweredChoices, ...docs.unanswered }) when_unanswered!: WhenUnanswered;
  @ApiPropertyOptional({ example: 'Thank you! A colleague will answer shortly.' }) fallback_text?: string;
  @ApiProperty({ type: [String], ...docs.automatic }) automatic_texts!: string[];
  @ApiProperty({ example: true }) see_pictures!: boolean;
  @ApiProperty({ example: false }) transcribe_voice!: boolean;
  @ApiProperty({ type: [String], ...docs.links }) allowed_links!: string[];
  @ApiProperty({ type: 'integer', example: 1_000_000 }) daily_token_budget!: number;
  @ApiPropertyOptional(docs.dailyBudget) daily_budget?: number;
  @ApiPropertyOptional(docs.monthlyBudget) monthly_budget?: number;
  @ApiProperty({ type: 'integer', example: 30 }) replies_per_conversation_hour!: number;
  @ApiProperty({ type: [String], ...docs.phrases }) hand_over_phrases!: string[];
  @ApiPropertyOptional({ example: 'Of course! One of us will write to you here.' }) hand_over_text?: string;

  @ApiProperty({
    type: [LimitedSettingView],
    example: [],
    description: 'Settings that are above what the operator of the server allows, or not allowed any more.',
  })
  limited!: LimitedSettingView[];
}
