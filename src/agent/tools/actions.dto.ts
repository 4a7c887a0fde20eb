import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsMongoId, Matches } from 'class-validator';
import { accountIdPattern, accountIdRule, IdPageQuery } from '../../paging/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { actionStates, type ActionState } from './action.schema.js';

const state = {
  enum: actionStates,
  example: 'proposed',
  description:
    '`proposed` waits for a decision; `approved` is about to be done, `running` being done; `unknown`: nobody can tell ' +
    'whether it was done, and it is not done again by itself.',
};

export class ListActionsQuery extends IdPageQuery {
  @ApiPropertyOptional({ description: 'This account’s alone: its `_id` or its Instagram id.' })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  account_id?: string;

  @ApiPropertyOptional({ description: 'This conversation’s alone.', example: '665f1c2ab7e4a1d2c3b4a598' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  conversation_id?: string;

  @ApiPropertyOptional({ ...state, description: 'Those in this state alone.' })
  @MayBeAbsent()
  @IsIn(actionStates)
  state?: ActionState;
}

export class ActionView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a599' }) id!: string;
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596' }) account_id!: string;
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a598' }) conversation_id!: string;
  @ApiProperty({ example: 'cancel_order', description: 'Name of the tool.' }) tool!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { order_number: 'JP-1042' },
    description: 'What the tool is called with.',
  })
  arguments!: Record<string, unknown>;
  @ApiProperty(state) state!: ActionState;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z', description: 'When the agent proposed it.' }) proposed_at!: Date;
  @ApiPropertyOptional({ example: '2026-11-30T08:01:00.000Z', description: 'When it was decided on.' })
  decided_at?: Date;
  @ApiPropertyOptional({ example: 'anna', description: 'Who decided; `automatic` where nobody had to.' })
  decided_by?: string;
  @ApiPropertyOptional({ example: '2026-11-30T08:01:00.000Z', description: 'When it was begun.' }) started_at?: Date;
  @ApiPropertyOptional({ example: '2026-11-30T08:01:01.000Z', description: 'When it was over.' }) ended_at?: Date;
  @ApiPropertyOptional({ type: 'integer', example: 200, description: 'HTTP status of the tool’s answer.' })
  status?: number;
  @ApiPropertyOptional({
    example: 'refused_by_tool',
    description:
      'Why it is not `done`: `refused_by_tool`, `tool_changed`, `tool_gone`, `account_off`, `unreachable`, `timeout`, ' +
      '`cut_off`, `unclear_answer`, `lost` (the process ended meanwhile), or why the tool could not be asked.',
  })
  reason?: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { '/state': 'cancelled' },
    description: 'What the tool answered, as far as it is picked.',
  })
  answer?: unknown;
}

export class ActionResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: ActionView }) data!: ActionView;
}

export class ActionListResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [ActionView] }) data!: ActionView[];
  @ApiProperty({ type: String, nullable: true, example: null }) next_cursor!: string | null;
}
