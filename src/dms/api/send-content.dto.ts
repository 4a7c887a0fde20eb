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
import { SendTemplateDto } from '../../templates/index.js';
import { IsPublicHttpsUrl, MayBeAbsent } from '../../validation/index.js';

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

/** Other content of a send, which a template leaves no room for. */
const besideTemplate = ['message_text', 'message', 'attachment', 'quick_replies', 'choices', 'reply_to', 'tag'];

/** The template of a send: nothing else stands beside it. */
export function IsTemplate(): PropertyDecorator {
  return applyDecorators(
    MayBeAbsent(),
    ValidateBy({
      name: 'standsAlone',
      validator: {
        validate: (_value, args) => {
          const asked = (args?.object ?? {}) as Record<string, unknown>;
          return besideTemplate.every((name) => asked[name] === undefined);
        },
        defaultMessage: () => 'stands alone: no text, attachment, choices, reply_to or tag beside it',
      },
    }),
    IsObject({ message: 'expected an object' }),
    ValidateNested(),
    Type(() => SendTemplateDto),
  );
}
