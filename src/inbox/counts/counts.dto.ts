import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { accountIdPattern, accountIdRule } from '../../paging/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { conversationViews, type ConversationViewName } from '../conversations/work-lists.js';

/** What is counted at most: beyond it nobody reads the number. */
export const countedAtMost = 99;

export class CountsQuery {
  @ApiPropertyOptional({ description: 'Of this account alone: its `_id` or its Instagram id' })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id?: string;
}

export class CountView {
  @ApiProperty({ type: 'integer', minimum: 0, maximum: countedAtMost, description: 'How many there are', example: 12 })
  count!: number;

  @ApiProperty({ description: 'There are more: to be shown as “99+”', example: false })
  more!: boolean;
}

type CountsByView = Record<ConversationViewName, CountView>;

export class ViewCounts implements CountsByView {
  @ApiProperty({ type: CountView, description: 'Neither done nor snoozed.' })
  open!: CountView;

  @ApiProperty({ type: CountView, description: 'With unread messages.' })
  unread!: CountView;

  @ApiProperty({ type: CountView, description: 'Whom nobody has answered.' })
  waiting!: CountView;

  @ApiProperty({ type: CountView, description: 'What the caller sees to.' })
  mine!: CountView;

  @ApiProperty({ type: CountView, description: 'Waiting, and the window closes within six hours.' })
  closing!: CountView;

  @ApiProperty({ type: CountView, description: 'Put off.' })
  snoozed!: CountView;

  @ApiProperty({ type: CountView, description: 'Put away.' })
  done!: CountView;

  @ApiProperty({ type: CountView, description: 'All but those with blocked people.' })
  all!: CountView;
}

export class AccountCounts {
  @ApiProperty({ example: '6740aaaa6740aaaa6740aaaa' })
  platform_account_id!: string;

  @ApiProperty({ type: CountView, description: 'With unread messages.' })
  unread!: CountView;

  @ApiProperty({ type: CountView, description: 'Whom nobody has answered.' })
  waiting!: CountView;
}

export class CountsDto {
  @ApiProperty({ type: ViewCounts, description: 'How many conversations each work list holds.' })
  views!: ViewCounts;

  @ApiProperty({ type: [AccountCounts], description: 'By account, for the first fifty; of all tenants for none.' })
  accounts!: AccountCounts[];
}

export class CountsResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: CountsDto })
  data!: CountsDto;
}

export const countedViews: readonly ConversationViewName[] = conversationViews;
