import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../../validation/index.js';
import { ratings, runOutcomes, type Rating, type RunOutcome } from './agent-run.schema.js';

const day = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const dayRule = { message: 'expected a day such as 2026-11-30' };
const cost = {
  type: Number,
  nullable: true,
  example: 0.00045,
  description: 'US dollars; `null` where the price of a model is not known (`OPENAI_PRICES`).',
} as const;
const latency = { type: 'integer', example: 1_840 } as const;

export class RunPassageView {
  @ApiProperty({ example: 'c3b4a596.1.1', description: 'Names document, revision and place.' }) id!: string;
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596', description: 'The document it stands in.' }) document_id!: string;
  @ApiProperty({ example: 'Opening hours' }) title!: string;
  @ApiPropertyOptional({ example: 'Prices › Bread', description: 'The headings above it.' }) heading?: string;
  @ApiProperty({ example: true, description: 'Whether the reply names it as its source.' }) used!: boolean;
}

export class RunTokensView {
  @ApiProperty({ type: 'integer', example: 3_120, description: 'Read by the model.' }) input!: number;
  @ApiProperty({ type: 'integer', example: 2_048, description: 'Of these, what the provider had kept.' })
  cached!: number;
  @ApiProperty({ type: 'integer', example: 96, description: 'Written by the model.' }) output!: number;
  @ApiProperty({ type: 'integer', example: 0, description: 'Of these, what it thought.' }) reasoning!: number;
}

export class RunCallView {
  @ApiProperty({ example: 'gpt-6-luna' }) model!: string;
  @ApiProperty({ type: RunTokensView }) tokens!: RunTokensView;
  @ApiProperty(cost) cost!: number | null;
  @ApiProperty({ ...latency, description: 'Milliseconds, with the tries that failed.' }) latency_ms!: number;
  @ApiPropertyOptional({ example: 'unavailable', description: 'Why it gave nothing.' }) failure?: string;
}

export class RunToolCallView {
  @ApiProperty({ example: 'order_lookup' }) name!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { order_number: 'JP-1042' },
    description: 'What it was called with; `•••` stands for a secret. Empty where it was refused.',
  })
  arguments!: Record<string, unknown>;
  @ApiProperty({
    enum: ['done', 'failed', 'refused', 'proposed', 'under_way'],
    example: 'done',
    description: 'What became of it; `refused`: it was not called; `under_way`: it was proposed before.',
  })
  state!: string;
  @ApiPropertyOptional({ type: 'integer', example: 200, description: 'What the shop’s system answered.' })
  status?: number;
  @ApiPropertyOptional({ ...latency, description: 'Milliseconds.' }) latency_ms?: number;
  @ApiPropertyOptional({
    example: 'not_from_customer',
    description:
      'Why it was not made, or came to nothing: `not_from_customer`, `unknown_tool`, `bad_arguments`, `no_more_calls`, ' +
      '`bad_status`, `timeout`, `unreachable`, `unfinished`. `known`: the answer of a moment ago; `automatic`: nobody has to decide.',
  })
  reason?: string;
  @ApiProperty({ example: true, description: 'Whether the reply names it as its source.' }) used!: boolean;
}

export class RunCheckView {
  @ApiProperty({ type: 'integer', example: 1, description: 'Which of the model’s replies, from 1.' }) reply!: number;
  @ApiProperty({ example: 'ungrounded', description: 'The check that it did not pass.' }) reason!: string;
  @ApiPropertyOptional({ type: [String], example: ['15 Euro'], description: 'What stood nowhere.' })
  figures?: string[];
}

export class RunRatingView {
  @ApiProperty({ enum: ratings, example: 'down', description: 'Whether it was right.' }) rating!: Rating;
  @ApiProperty({ type: String, nullable: true, example: 'The price is from last year.', description: 'Why.' }) note!:
    string | null;
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678', description: 'Who said so.' }) by!: string;
  @ApiProperty({ example: '2026-11-30T08:05:00.000Z' }) at!: Date;
}

/** How a reply came about. */
export class AgentRunView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a598' }) id!: string;
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596' }) account_id!: string;
  @ApiProperty({ example: '0f3c9a5e7d1b2c4f6a8e9d0b' }) conversation_id!: string;
  @ApiProperty({ type: [String], example: ['665f1c2ab7e4a1d2c3b4a599'], description: 'The DMs of the reply.' })
  reply_ids!: string[];
  @ApiProperty({ type: [String], example: ['665f1c2ab7e4a1d2c3b4a59a'], description: 'The DMs that it answers.' })
  answered_ids!: string[];
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) at!: Date;
  @ApiProperty({ enum: runOutcomes, example: 'answer', description: 'What became of the customer’s messages.' })
  outcome!: RunOutcome;
  @ApiPropertyOptional({ example: 'missing_knowledge', description: 'Why it is no answer.' }) reason?: string;
  @ApiPropertyOptional({
    example: '5f2a90b1c4de',
    description: 'Of the server’s own rules: it changes with each word of them.',
  })
  prompt_version?: string;
  @ApiProperty({ example: 'gpt-6-luna', description: 'The model that the settings named.' }) model!: string;
  @ApiProperty({
    enum: ['none', 'whole', 'found'],
    example: 'whole',
    description: 'Whether the model saw all knowledge, or what was found for the question.',
  })
  knowledge!: 'none' | 'whole' | 'found';
  @ApiProperty({ type: [RunPassageView], description: 'What the model was shown.' }) sources!: RunPassageView[];
  @ApiProperty({ type: [RunToolCallView], description: 'What it had looked up.' }) tool_calls!: RunToolCallView[];
  @ApiProperty({ type: [RunCheckView], description: 'Checks that a reply of the model’s did not pass.' })
  failed_checks!: RunCheckView[];
  @ApiProperty({ example: false, description: 'Whether it was asked once more, and what it said then was sent.' })
  repaired!: boolean;
  @ApiPropertyOptional({ example: 'de', description: 'The language that the model answered in.' }) language?: string;
  @ApiPropertyOptional({ example: 'all', description: 'How much of what was asked the model knew, by its own word.' })
  covers?: string;
  @ApiPropertyOptional({ example: 'vegan cakes', description: 'What was not known.' }) missing?: string;
  @ApiPropertyOptional({ example: 'Wants a refund for a broken mug.', description: 'For the person who takes over.' })
  summary?: string;
  @ApiProperty({ type: [RunCallView], description: 'Each call of the model.' }) calls!: RunCallView[];
  @ApiProperty({ type: RunTokensView, description: 'Of all calls.' }) tokens!: RunTokensView;
  @ApiProperty(cost) cost!: number | null;
  @ApiProperty({ enum: ['USD'], example: 'USD' }) currency!: 'USD';
  @ApiProperty({ ...latency, description: 'Milliseconds it took to find the answer.' }) latency_ms!: number;
  @ApiProperty({
    ...latency,
    example: 4_400,
    description: 'Milliseconds from the customer’s last message to the reply.',
  })
  waited_ms!: number;
  @ApiProperty({ type: RunRatingView, nullable: true, description: 'What a person thinks of it.' })
  rating!: RunRatingView | null;
}

export class RateRunDto {
  @ApiProperty({ enum: ratings, example: 'down', description: 'Whether it was right.' })
  @IsIn(ratings)
  rating!: Rating;

  @ApiPropertyOptional({ maxLength: 1_000, example: 'The price is from last year.', description: 'Why.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(1_000)
  note?: string;
}

export class AgentRunResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: AgentRunView }) data!: AgentRunView;
}

export class AgentUsageQuery {
  @ApiPropertyOptional({ example: '2026-11-24', description: 'The first day; six days before the last if left out.' })
  @MayBeAbsent()
  @Matches(day, dayRule)
  since?: string;

  @ApiPropertyOptional({ example: '2026-11-30', description: 'The last day; today if left out.' })
  @MayBeAbsent()
  @Matches(day, dayRule)
  until?: string;
}

export class MissingTopicView {
  @ApiProperty({ example: 'vegan cakes', description: 'In the model’s words.' }) topic!: string;
  @ApiProperty({ type: 'integer', example: 3 }) count!: number;
}

export class LatencyView {
  @ApiProperty({ type: 'integer', nullable: true, example: 1_200, description: 'Half of them took no longer.' })
  p50!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 3_400, description: '95 of 100 took no longer.' })
  p95!: number | null;
}

export class RatingsView {
  @ApiProperty({ type: 'integer', example: 9, description: 'How many were right.' }) up!: number;
  @ApiProperty({ type: 'integer', example: 1, description: 'How many were not.' }) down!: number;
}

/** What the agent did for an account. */
export class AgentUsageFigures {
  @ApiProperty({ type: 'integer', example: 41, description: 'Answers and questions of its own.' }) replies!: number;
  @ApiProperty({ type: 'integer', example: 4, description: 'Conversations it left to a person.' }) hand_overs!: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { missing_knowledge: 3, customer_request: 1 },
    description: 'Why.',
  })
  hand_overs_by_reason!: Record<string, number>;
  @ApiProperty({ type: 'integer', example: 2, description: 'Times it said nothing.' }) silences!: number;
  @ApiProperty({ type: 'integer', example: 0, description: 'Times the account’s own words were sent instead.' })
  fallbacks!: number;
  @ApiProperty({ type: 'integer', example: 0, description: 'Suggestions for a person to send.' }) drafts!: number;
  @ApiProperty({
    type: 'integer',
    example: 1,
    description: 'Of all of these, where a check held back what the model wrote.',
  })
  blocked_by_checks!: number;
  @ApiProperty({ type: RatingsView, description: 'What people thought of them.' }) ratings!: RatingsView;
  @ApiProperty({ type: 'integer', example: 48, description: 'Calls of the model.' }) model_calls!: number;
  @ApiProperty({ type: RunTokensView }) tokens!: RunTokensView;
  @ApiProperty(cost) cost!: number | null;
  @ApiProperty({ type: LatencyView, description: 'Milliseconds it took to find an answer.' }) latency_ms!: LatencyView;
  @ApiProperty({ type: [MissingTopicView], description: 'What was asked for and not known, at most 20.' })
  missing!: MissingTopicView[];
}

export class AgentUsageDay extends AgentUsageFigures {
  @ApiProperty({ example: '2026-11-30', description: 'By the account’s calendar.' }) day!: string;
}

export class AgentUsageView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596' }) account_id!: string;
  @ApiProperty({ example: 'Europe/Berlin', description: 'Where the days begin and end.' }) timezone!: string;
  @ApiProperty({ enum: ['USD'], example: 'USD' }) currency!: 'USD';
  @ApiProperty({ type: [AgentUsageDay], description: 'Every day asked for, the oldest first.' }) days!: AgentUsageDay[];
  @ApiProperty({ type: AgentUsageFigures, description: 'Of all days.' }) total!: AgentUsageFigures;
}

export class AgentUsageResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: AgentUsageView }) data!: AgentUsageView;
}
