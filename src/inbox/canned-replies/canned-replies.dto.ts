import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsMongoId, IsString, Matches, MaxLength } from 'class-validator';
import { accountIdPattern, accountIdRule } from '../../paging/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { variables, type Variable } from './fill-in.js';

const shortcutPattern = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const shortcutRule = { message: 'expected 1 to 40 of a to z, 0 to 9, - and _' };
const placeholders = variables.map((name) => `\`{{${name}}}\``).join(', ');

export class ListCannedRepliesQuery {
  @ApiPropertyOptional({
    description: 'Those of this account and of all: its `_id` or its Instagram id',
    example: '17841400008460056',
  })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id?: string;

  @ApiPropertyOptional({
    description: 'For this conversation: those of its account and of all, with what is known of the customer put in',
    pattern: '^[0-9a-fA-F]{24}$',
    example: '9f86d081884c7d659a2feaa0',
  })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected the id of a conversation: 24 hex digits' })
  conversation_id?: string;
}

export class NewCannedReplyRequest {
  @ApiProperty({ description: 'What is typed after the slash', example: 'hours' })
  @Matches(shortcutPattern, shortcutRule)
  shortcut!: string;

  @ApiProperty({
    description: `May ask for ${placeholders}`,
    maxLength: 5_000,
    example: 'Hi {{customer.first_name}}, we open at nine.',
  })
  @IsString()
  @MaxLength(5_000)
  @Matches(/\S/, { message: 'must not be empty' })
  text!: string;

  @ApiPropertyOptional({
    description: 'For this account alone: its `_id` or its Instagram id. For all when left out',
    example: '17841400008460056',
  })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id?: string;
}

export class ChangeCannedReplyRequest {
  @ApiPropertyOptional({ description: 'What is typed after the slash', example: 'hours' })
  @MayBeAbsent()
  @Matches(shortcutPattern, shortcutRule)
  shortcut?: string;

  @ApiPropertyOptional({
    description: `May ask for ${placeholders}`,
    maxLength: 5_000,
    example: 'Hi {{customer.first_name}}, we open at nine.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(5_000)
  @Matches(/\S/, { message: 'must not be empty' })
  text?: string;
}

export class FilledTextView {
  @ApiProperty({ description: 'With what is known put in.', example: 'Hi Mara, we open at nine.' })
  text!: string;

  @ApiProperty({
    enum: variables,
    isArray: true,
    description: 'What is not known and stands there still: to be written by hand before it is sent',
    example: [],
  })
  missing!: Variable[];
}

export class CannedReplyView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  id!: string;

  @ApiProperty({ description: 'What is typed after the slash.', example: 'hours' })
  shortcut!: string;

  @ApiProperty({ description: 'As it was written.', example: 'Hi {{customer.first_name}}, we open at nine.' })
  text!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Of one account alone; `null`: of all', example: null })
  platform_account_id!: string | null;

  @ApiPropertyOptional({ type: FilledTextView, description: 'With `conversation_id`: as it reads there' })
  filled?: FilledTextView;
}

export class CannedReplyResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: CannedReplyView })
  data!: CannedReplyView;
}

export class CannedReplyListResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [CannedReplyView], description: 'By shortcut; an account’s own before that of all' })
  data!: CannedReplyView[];
}
