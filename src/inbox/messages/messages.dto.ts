import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsMongoId,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { AttachmentDto, ChoiceDto, IsChoices, IsTemplate, QuickReplyDto, ReplyToDto } from '../../dms/index.js';
import { PageQuery, toBoolean } from '../../paging/index.js';
import { SendTemplateDto } from '../../templates/index.js';
import { MayBeAbsent } from '../../validation/index.js';

const messageId = { pattern: '^[0-9a-fA-F]{24}$', example: '6740c0de6740c0de6740c0de' } as const;
const messageIdRule = { message: 'expected the id of a message: 24 hex digits' };

export class ListMessagesQuery extends PageQuery {
  @ApiPropertyOptional({ ...messageId, description: 'Those before this message' })
  @MayBeAbsent()
  @IsMongoId(messageIdRule)
  before?: string;

  @ApiPropertyOptional({ ...messageId, description: 'Those after this message, what follows it first' })
  @MayBeAbsent()
  @IsMongoId(messageIdRule)
  after?: string;

  @ApiPropertyOptional({ ...messageId, description: 'This message in the middle of what was said around it' })
  @MayBeAbsent()
  @IsMongoId(messageIdRule)
  around?: string;

  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'First asks Meta for messages that did not arrive here. Meta tells the content of a conversation’s 20 newest ' +
      'messages only.',
  })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean({ message: 'expected true or false' })
  sync: boolean = false;
}

export class SearchMessagesQuery extends PageQuery {
  @ApiProperty({
    description: 'What to look for in the texts, in small letters or capitals: at least two characters',
    minLength: 2,
    maxLength: 100,
    example: 'sunday',
  })
  @IsString()
  @Matches(/^\s*\S[^]*\S\s*$/, { message: 'expected at least two characters' })
  @MaxLength(100)
  q!: string;
}

export class ReplyDto {
  @ApiPropertyOptional({
    description:
      'Longer than 1000 bytes of UTF-8 it goes out as several messages, split at paragraph, sentence or word ends. ' +
      'Required without `attachment` or `template`; with an attachment, it follows as a message of its own',
    maxLength: 10_000,
    example: 'Thanks for your message! We open at 9.',
  })
  @ValidateIf(
    ({ attachment, template, message }: ReplyDto) =>
      (attachment === undefined && template === undefined) || message !== undefined,
  )
  @IsString()
  @MaxLength(10_000)
  @Matches(/\S/, { message: 'must not be empty' })
  message?: string;

  @ApiPropertyOptional({
    description:
      'A name of the client’s own for this message, for instance a UUID. Its messages carry it, in lists and in the ' +
      'stream; sent again with the same one, it still goes out once. The same as the header `Idempotency-Key`',
    example: '5f0c9a52-8f0e-4a54-9d0a-0c2b6f1f1f10',
  })
  @MayBeAbsent()
  @Matches(/^[!-~]{1,200}$/, { message: 'expected 1 to 200 printable characters without spaces' })
  client_key?: string;

  @ApiPropertyOptional({ type: AttachmentDto })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => AttachmentDto)
  attachment?: AttachmentDto;

  @ApiPropertyOptional({
    type: [QuickReplyDto],
    maxItems: 13,
    description: 'Choices under the text, so that `message` has to be there',
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(13)
  @ValidateNested({ each: true })
  @Type(() => QuickReplyDto)
  quick_replies?: QuickReplyDto[];

  @ApiPropertyOptional({
    type: SendTemplateDto,
    description: 'Instead of words: a message that the channel has approved, which the window need not be open for',
  })
  @IsTemplate()
  template?: SendTemplateDto;

  @IsChoices('message')
  choices?: ChoiceDto[];

  @ApiPropertyOptional({ type: ReplyToDto })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => ReplyToDto)
  reply_to?: ReplyToDto;

  @ApiPropertyOptional({
    enum: ['HUMAN_AGENT'],
    description: 'A person’s answer though the window has closed, where the conversation’s `reply_with_tag` says so',
  })
  @MayBeAbsent()
  @IsIn(['HUMAN_AGENT'])
  tag?: 'HUMAN_AGENT';
}
