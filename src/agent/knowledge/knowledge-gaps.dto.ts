import { ApiProperty } from '@nestjs/swagger';

/** What customers asked for, the agent did not know, and a person answered. */
export class KnowledgeGapView {
  @ApiProperty({ example: 'vegan cakes', description: 'In the model’s words.' }) topic!: string;

  @ApiProperty({ type: 'integer', example: 3, description: 'How often it was asked for in the last 30 days.' })
  count!: number;

  @ApiProperty({ example: 'Do you have vegan cakes?', description: 'As a customer asked, the last time.' })
  question!: string;

  @ApiProperty({ example: 'Yes, on Fridays, from 24 Euro.', description: 'What a person wrote to that customer.' })
  answer!: string;

  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a599', description: 'The DM that answers.' }) answer_dm_id!: string;

  @ApiProperty({ example: '2026-11-30T08:00:00.000Z', description: 'When it was asked for, the last time.' })
  asked_at!: Date;
}

export class KnowledgeGapsResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [KnowledgeGapView], description: 'The most frequent first, at most 20.' })
  data!: KnowledgeGapView[];
}
