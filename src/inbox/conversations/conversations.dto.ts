import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Equals, IsBoolean, IsIn, IsString, Matches, MaxLength } from 'class-validator';
import { pauseReasons, type PauseReason } from '../../conversations/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { accountIdPattern, accountIdRule, emptyIsAbsent, PageQuery, toBoolean } from '../../paging/index.js';

const trueOrFalse = { message: 'expected true or false' };

export class ListConversationsQuery extends PageQuery {
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

export class ListMessagesQuery extends PageQuery {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'First asks Meta for messages that did not arrive here. Meta tells the content of a conversation’s 20 newest ' +
      'messages only.',
  })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean(trueOrFalse)
  sync: boolean = false;
}

export class ReplyDto {
  @ApiProperty({
    description:
      'Longer than 1000 bytes of UTF-8 it goes out as several messages, split at paragraph, sentence or word ends',
    maxLength: 10_000,
    example: 'Thanks for your message! We open at 9.',
  })
  @IsString()
  @MaxLength(10_000)
  @Matches(/\S/, { message: 'must not be empty' })
  message!: string;
}

export class PatchConversationDto {
  @ApiPropertyOptional({ description: 'A new message of the customer takes it out of the archive', example: true })
  @MayBeAbsent()
  @IsBoolean(trueOrFalse)
  archived?: boolean;

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
