import { ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  Equals,
  IsArray,
  IsBoolean,
  IsIn,
  IsMongoId,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
} from 'class-validator';
import { pauseReasons, type PauseReason } from '../../conversations/index.js';
import { IsTime, MayBeAbsent } from '../../validation/index.js';
import { conversationViews, type ConversationViewName } from './work-lists.js';
import { accountIdPattern, accountIdRule, emptyIsAbsent, PageQuery, toBoolean } from '../../paging/index.js';

const trueOrFalse = { message: 'expected true or false' };
const orNull = ValidateIf((_body: object, value: unknown) => value !== undefined && value !== null);
const personPattern = /^(?:me|[0-9a-fA-F]{24})$/;
const personRule = { message: 'expected `me` or the id of somebody who works here (`GET /staff`)' };

export class ListConversationsQuery extends PageQuery {
  @ApiPropertyOptional({
    enum: conversationViews,
    description:
      'A work list, instead of `archived`, `unread`, `blocklisted`, `agent_paused`, `paused_reason` and ' +
      '`has_failed_send`. `open`: neither done nor snoozed. `unread`: of these, with unread messages. `waiting`: whom ' +
      'nobody has answered. `closing`: of these, whose window closes within six hours, the soonest first. `mine`: what ' +
      'the caller sees to. `snoozed`: put off, what comes back first before the others. `done`: put away. `all`: ' +
      'everything, but for blocked people. `total` counts up to 1,000 then.',
  })
  @MayBeAbsent()
  @IsIn(conversationViews)
  view?: ConversationViewName;

  @ApiPropertyOptional({
    enum: ['newest', 'oldest'],
    description:
      'The order, where it is not to be the list’s own: by the last message; in `waiting` and `closing` by the ' +
      'customer’s last message; in `snoozed` by when it comes back.',
  })
  @MayBeAbsent()
  @IsIn(['newest', 'oldest'])
  sort?: 'newest' | 'oldest';

  @ApiPropertyOptional({
    pattern: '^(?:me|none|[0-9a-fA-F]{24})$',
    description: 'Who sees to it: the id of one of the staff, `me`, or `none`',
    example: 'me',
  })
  @MayBeAbsent()
  @Matches(/^(?:me|none|[0-9a-fA-F]{24})$/, { message: 'expected `me`, `none` or the id of one of the staff' })
  assignee?: string;

  @ApiPropertyOptional({
    pattern: '^[0-9a-fA-F]{24}$',
    description: 'With this label: its id',
    example: '665f1c2e9b1e8a0012345678',
  })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected the id of a label: 24 hex digits' })
  label?: string;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'The archived ones instead' })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean(trueOrFalse)
  archived: boolean = false;

  @ApiPropertyOptional({ type: Boolean, description: 'With unread messages, or without' })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean(trueOrFalse)
  unread?: boolean;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'The ones with blocked people instead' })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean(trueOrFalse)
  blocklisted: boolean = false;

  @ApiPropertyOptional({ description: 'The account’s `_id` or its Instagram id', example: '17841400008460056' })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id?: string;

  @ApiPropertyOptional({ type: Boolean, description: 'In which the agent is silent for now, or not' })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean(trueOrFalse)
  agent_paused?: boolean;

  @ApiPropertyOptional({ enum: pauseReasons, description: 'In which the agent is silent for this reason' })
  @MayBeAbsent()
  @IsIn(pauseReasons)
  paused_reason?: PauseReason;

  @ApiPropertyOptional({
    type: Boolean,
    description:
      'With a message of the last 30 days that failed, or of which nobody knows whether it arrived (of such, the ' +
      'latest thousand are looked at). `GET /instagram-dms/list?conversation_id=…&status=failed` shows them.',
  })
  @MayBeAbsent()
  @toBoolean
  @Equals(true, { message: 'expected true' })
  has_failed_send?: true;

  @ApiPropertyOptional({
    description:
      'Words, or beginnings of words, of the participant’s name, username or the last message (its first 1,000 ' +
      'characters); all must be found. Case, accents and the strokes of letters do not matter (`lukasz` finds ' +
      '“Łukasz”, `strasse` “Straße”). In scripts without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) any ' +
      'part of the text is found. At least one word needs two letters, where a script has letters.',
    maxLength: 100,
    example: 'mara',
  })
  @MayBeAbsent()
  @emptyIsAbsent
  @IsString()
  @MaxLength(100)
  q?: string;
}

export class PatchConversationDto {
  @ApiPropertyOptional({
    description: 'A new message of the customer takes it out of the archive. An older word for `done`',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean(trueOrFalse)
  archived?: boolean;

  @ApiPropertyOptional({
    description: 'Puts it away, or takes it back. A new message of the customer takes it back, too. It ends a snooze',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean(trueOrFalse)
  done?: boolean;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Who sees to it: the id of one of the staff, `me`, or `null` for nobody. The last one to say so wins',
    pattern: personPattern.source,
    example: 'me',
  })
  @orNull
  @Matches(personPattern, personRule)
  assignee?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description:
      'Changes nothing, and answers 409, when somebody else than this has it by now; `null`: when anybody has it',
    pattern: '^[0-9a-fA-F]{24}$',
    example: null,
  })
  @orNull
  @Matches(/^[0-9a-fA-F]{24}$/, { message: 'expected the id of one of the staff, or null' })
  expected_assignee?: string | null;

  @ApiPropertyOptional({
    type: [String],
    description: 'Ids of labels: all that it is to have',
    maxItems: 20,
    items: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
    example: [],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(20)
  @IsMongoId({ each: true, message: 'expected ids of labels: 24 hex digits each' })
  labels?: string[];

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'Out of the work lists until then, a year at most, or until the customer writes; `null` brings it back at once. ' +
      'What was done is open again',
    example: null,
  })
  @orNull
  @IsTime()
  snoozed_until?: string | null;

  @ApiPropertyOptional({
    description: '`true`: the agent stays silent until it is handed back with `false`',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean(trueOrFalse)
  agent_paused?: boolean;

  @ApiPropertyOptional({
    description: 'Marks everything read and shows the customer “seen”',
    enum: [true],
    example: true,
  })
  @MayBeAbsent()
  @Equals(true, { message: 'expected true' })
  read?: true;
}
