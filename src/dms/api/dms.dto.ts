import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  Length,
  Matches,
  MaxLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { mediaTypes, type MediaType } from '../../kinds/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { accountIdPattern, accountIdRule, metaIdPattern, metaIdRule, toBoolean } from '../../paging/index.js';
import { ChannelQuery } from './list-dms.dto.js';
import { IsPublicHttpsUrl } from './public-https-url.validator.js';

class AttachmentPayloadDto {
  @ApiProperty({ example: 'https://cdn.example.com/menu.png' })
  @IsPublicHttpsUrl()
  url!: string;

  @ApiPropertyOptional({
    description: 'Passed on to Meta, which then keeps the file for other messages',
    example: true,
  })
  @MayBeAbsent()
  @IsBoolean()
  is_reusable?: boolean;
}

export class AttachmentDto {
  @ApiProperty({ enum: mediaTypes, example: mediaTypes[0] })
  @IsIn(mediaTypes)
  type!: MediaType;

  @ApiPropertyOptional({
    description: 'Where Meta fetches it from: a public https address. Required unless `payload` has it.',
    maxLength: 2000,
    example: 'https://cdn.example.com/menu.png',
  })
  @ValidateIf(({ payload, url }: AttachmentDto) => payload === undefined || url !== undefined)
  @IsPublicHttpsUrl()
  url?: string;

  @ApiPropertyOptional({ description: 'The same, as Meta’s own send body has it', type: AttachmentPayloadDto })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => AttachmentPayloadDto)
  payload?: AttachmentPayloadDto;

  @ApiPropertyOptional({
    description: 'Words under it, where the channel has such (WhatsApp: 1024 characters, none under audio).',
    maxLength: 10_000,
    example: 'This week’s menu',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(10_000)
  @Matches(/\S/, { message: 'must not be empty' })
  caption?: string;
}

export class QuickReplyDto {
  @ApiPropertyOptional({ enum: ['text'], default: 'text' })
  @MayBeAbsent()
  @IsIn(['text'])
  content_type?: 'text';

  @ApiProperty({ maxLength: 20, example: 'Opening hours' })
  @IsString()
  @Length(1, 20)
  title!: string;

  @ApiProperty({ maxLength: 1000, example: 'HOURS' })
  @IsString()
  @Length(1, 1000)
  payload!: string;
}

/** A choice that the person can pick: the same on every channel. */
export class ChoiceDto {
  @ApiProperty({
    description: 'Comes back in `choice` of the DM that picks it. WhatsApp: 256 characters, in a list 200; else 1000.',
    maxLength: 1000,
    example: 'HOURS',
  })
  @IsString()
  @Length(1, 1000)
  @Matches(/\S/, { message: 'must not be empty' })
  id!: string;

  @ApiProperty({
    description: 'What the person reads, and then seems to say. 20 characters; in a WhatsApp list 24.',
    maxLength: 1000,
    example: 'Opening hours',
  })
  @IsString()
  @Length(1, 1000)
  @Matches(/\S/, { message: 'must not be empty' })
  title!: string;
}

/** The choices of a send. */
export function IsChoices(text: 'message' | 'message_text'): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: [ChoiceDto],
      maxItems: 100,
      description:
        'Choices under the text, as the channel has them: quick replies on Instagram and Messenger (13), on WhatsApp ' +
        `up to 3 buttons, more as a list (10). Needs \`${text}\`; instead of \`quick_replies\`.`,
    }),
    MayBeAbsent(),
    ValidateBy({
      name: 'needsText',
      validator: {
        validate: (_value, args) => hasTextAlone(args?.object as Record<string, unknown> | undefined, text),
        defaultMessage: () => `need ${text}, which they stand under, and no quick_replies beside them`,
      },
    }),
    IsArray(),
    ArrayNotEmpty(),
    ArrayMaxSize(100),
    ArrayUnique((one: ChoiceDto) => one?.id, { message: 'each id once' }),
    ArrayUnique((one: ChoiceDto) => one?.title, { message: 'each title once' }),
    ValidateNested({ each: true }),
    Type(() => ChoiceDto),
  );
}

function hasTextAlone(asked: Record<string, unknown> = {}, text: string): boolean {
  return asked[text] !== undefined && asked['quick_replies'] === undefined;
}

export class ReplyToDto {
  @ApiProperty({ description: 'Meta’s id of the message it answers', example: 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE' })
  @IsString()
  @Length(1, 500)
  mid!: string;
}

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

export class SendDmDto {
  @ApiProperty({ description: 'The person’s Instagram-scoped id', example: '1254477777772222' })
  @Matches(metaIdPattern, metaIdRule)
  recipient_id!: string;

  @ApiPropertyOptional({
    description:
      'Meta allows 1000 bytes of UTF-8 a message: a longer text goes out as several messages, split at paragraph, ' +
      'sentence or word ends, in order. Required without `attachment`; with it, it follows as a message of its own.',
    maxLength: 10_000,
    example: 'Thanks for your message! We open at 9.',
  })
  @ValidateIf(({ attachment, message_text }: SendDmDto) => attachment === undefined || message_text !== undefined)
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
