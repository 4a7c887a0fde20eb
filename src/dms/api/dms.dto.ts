import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { SendTemplateDto } from '../../templates/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { accountIdPattern, accountIdRule, metaIdPattern, metaIdRule, toBoolean } from '../../paging/index.js';
import { ChannelQuery } from './list-dms.dto.js';
import { AttachmentDto, ChoiceDto, IsChoices, IsTemplate, QuickReplyDto, ReplyToDto } from './send-content.dto.js';

/** Beside an attachment, too, the words have to be there. */
function NeedsText(): PropertyDecorator {
  return ValidateBy({
    name: 'needsText',
    validator: {
      validate: (_value, args) => (args?.object as SendDmDto | undefined)?.message_text !== undefined,
      defaultMessage: () => 'need message_text, which Instagram shows them under',
    },
  });
}

/** Words there have to be, unless something else says enough. */
function needsWords({ attachment, template, message_text }: SendDmDto): boolean {
  return (attachment === undefined && template === undefined) || message_text !== undefined;
}

export class SendDmDto {
  @ApiProperty({ description: 'The person’s Instagram-scoped id', example: '1254477777772222' })
  @Matches(metaIdPattern, metaIdRule)
  recipient_id!: string;

  @ApiPropertyOptional({
    description:
      'Meta allows 1000 bytes of UTF-8 a message: a longer text goes out as several messages, split at paragraph, ' +
      'sentence or word ends, in order. Required without `attachment` or `template`; with an attachment, it follows as a ' +
      'message of its own.',
    maxLength: 10_000,
    example: 'Thanks for your message! We open at 9.',
  })
  @ValidateIf(needsWords)
  @IsString()
  @MaxLength(10_000)
  @Matches(/\S/, { message: 'must not be empty' })
  message_text?: string;

  @ApiProperty({ description: 'The account’s `_id` or its Instagram id', example: '17841400008460056' })
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id!: string;

  @ApiPropertyOptional({ type: AttachmentDto })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => AttachmentDto)
  attachment?: AttachmentDto;

  @ApiPropertyOptional({
    type: [QuickReplyDto],
    maxItems: 13,
    description: 'Choices under the text: Instagram shows none under an attachment, so `message_text` has to be there.',
  })
  @MayBeAbsent()
  @NeedsText()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(13)
  @ValidateNested({ each: true })
  @Type(() => QuickReplyDto)
  quick_replies?: QuickReplyDto[];

  @ApiPropertyOptional({
    type: SendTemplateDto,
    description:
      'Instead of text and attachment: a message that the channel has approved beforehand (`GET /messages/templates`), ' +
      'with exactly the values it needs. The window need not be open.',
  })
  @IsTemplate()
  template?: SendTemplateDto;

  @IsChoices('message_text')
  choices?: ChoiceDto[];

  @ApiPropertyOptional({ type: ReplyToDto })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => ReplyToDto)
  reply_to?: ReplyToDto;

  @ApiPropertyOptional({
    enum: ['HUMAN_AGENT'],
    description: 'A person’s answer within 7 days of the customer’s last message, where the account may',
  })
  @MayBeAbsent()
  @IsIn(['HUMAN_AGENT'])
  tag?: 'HUMAN_AGENT';
}

export class PrivateReplyDto {
  @ApiProperty({
    description: 'The comment that is answered privately; Meta allows one answer',
    example: '17865799348089039',
  })
  @Matches(/^[\w-]{1,100}$/, { message: 'expected the id of a comment' })
  comment_id!: string;

  @ApiProperty({
    description: 'At most 1000 bytes of UTF-8: Meta takes a single message',
    example: 'We sent you the link!',
  })
  @IsString()
  @MaxLength(1_000)
  @Matches(/\S/, { message: 'must not be empty' })
  message_text!: string;

  @ApiProperty({ description: 'The account’s `_id` or its Instagram id', example: '17841400008460056' })
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id!: string;
}

export class PatchDmDto {
  @ApiPropertyOptional({
    description: 'Corrects what is stored here; a message that was sent stays on Instagram as it was',
    maxLength: 10_000,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(10_000)
  text?: string;

  @ApiPropertyOptional({ example: true })
  @MayBeAbsent()
  @IsBoolean()
  read?: boolean;
}

export class DeleteDmQuery extends ChannelQuery {
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Removes it for good; it does not come back' })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean({ message: 'expected true or false' })
  hard: boolean = false;
}

export class ResolveDmDto {
  @ApiProperty({
    enum: ['mark_sent', 'send_again', 'mark_failed'],
    description: 'What is known of it by now. `send_again` sends it once more: the customer may then have it twice.',
  })
  @IsIn(['mark_sent', 'send_again', 'mark_failed'])
  action!: 'mark_sent' | 'send_again' | 'mark_failed';
}
