import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { accountIdPattern, accountIdRule } from '../../paging/index.js';
import { MayBeAbsent } from '../../validation/index.js';

const day = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
const dayRule = { message: 'expected a day such as 2026-11-30' };
const count = { type: 'integer', minimum: 0, example: 12 } as const;

export class MessageCostsQuery {
  @ApiProperty({ description: 'The account’s `_id`, or its id at the channel.', example: '665f1c2ab7e4a1d2c3b4a596' })
  @Matches(accountIdPattern, accountIdRule)
  account_id!: string;

  @ApiPropertyOptional({ description: 'The first day, UTC; 29 before the last when left out.', example: '2026-11-01' })
  @MayBeAbsent()
  @Matches(day, dayRule)
  from?: string;

  @ApiPropertyOptional({ description: 'The last day, UTC; today when left out.', example: '2026-11-30' })
  @MayBeAbsent()
  @Matches(day, dayRule)
  to?: string;
}

export class MessageCostKindView {
  @ApiProperty({ description: 'In the channel’s word', example: 'service' })
  category!: string;

  @ApiProperty({ description: 'In the channel’s word: why it is billed or free', example: 'regular' })
  type!: string;

  @ApiProperty({ description: 'Whether the channel bills them', example: true })
  billable!: boolean;

  @ApiProperty({ ...count, description: 'How many were delivered' })
  messages!: number;
}

export class MessageCostDayView {
  @ApiProperty({ description: 'UTC', example: '2026-11-30' })
  day!: string;

  @ApiProperty({ ...count, description: 'Delivered messages that the channel bills' })
  billed!: number;

  @ApiProperty({ ...count, description: 'Delivered messages that it does not' })
  free!: number;

  @ApiProperty({ type: [MessageCostKindView], description: 'The same by kind' })
  kinds!: MessageCostKindView[];
}

export class MessageCostsView {
  @ApiProperty({ example: '665f1c2ab7e4a1d2c3b4a596' })
  account_id!: string;

  @ApiProperty({ description: 'The first day', example: '2026-11-01' })
  from!: string;

  @ApiProperty({ description: 'The last day', example: '2026-11-30' })
  to!: string;

  @ApiProperty({ ...count, description: 'Of all these days' })
  billed!: number;

  @ApiProperty({ ...count, description: 'Of all these days' })
  free!: number;

  @ApiProperty({ type: [MessageCostDayView], description: 'Days on which there were any' })
  days!: MessageCostDayView[];
}

export class MessageCostsResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ type: MessageCostsView })
  data!: MessageCostsView;
}
