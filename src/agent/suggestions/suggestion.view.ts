import { ApiProperty } from '@nestjs/swagger';
import type { SuggestionRecord } from './suggestion.schema.js';

/** What the agent would answer. */
export class SuggestionView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a5a1' })
  id!: string;

  @ApiProperty({ example: '9f86d081884c7d659a2feaa0' })
  conversation_id!: string;

  @ApiProperty({ example: 'Yes, on Saturdays we are open from 7:00 to 13:00.' })
  text!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why the agent would have left the conversation to a person; `null` where it would not',
    example: null,
  })
  reason!: string | null;

  @ApiProperty({
    type: [String],
    description: 'The customer’s messages that it answers: `GET /agent/runs/{dm_id}` of one tells why it is what it is',
    example: ['6740c0de6740c0de6740c0de'],
  })
  answers!: string[];

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  created_at!: string;
}

export function suggestionView(
  suggestion: Omit<SuggestionRecord, '_id'> & { _id: SuggestionRecord['_id'] | string },
): SuggestionView {
  const { _id, conversation_id, text, reason = null, answers, created_at } = suggestion;
  return { id: String(_id), conversation_id, text, reason, answers, created_at: created_at.toISOString() };
}
