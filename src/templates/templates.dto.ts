import { applyDecorators } from '@nestjs/common';
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
  ValidateNested,
} from 'class-validator';
import { accountIdPattern, accountIdRule, cursorRule, LimitQuery, toBoolean } from '../paging/index.js';
import { MayBeAbsent } from '../validation/index.js';

const namePattern = /^[a-z0-9_]{1,512}$/;
const nameRule = { message: 'expected 1 to 512 of a to z, 0 to 9 and _' };
const languagePattern = /^[a-z]{2,3}(?:_[A-Z]{2,3})?$/;
const languageRule = { message: 'expected a language as the template has it, such as en_US' };
/** WhatsApp takes no line breaks and no runs of spaces in what is put into a template. */
const valuePattern = /^(?=[^]*\S)(?![^]*[\n\r\t])(?![^]* {5})[^]{1,1024}$/;
const valueRule = '1 to 1024 characters without line breaks, tabs or more than four spaces in a row';
const categories = ['UTILITY', 'MARKETING', 'AUTHENTICATION'] as const;
const formats = ['POSITIONAL', 'NAMED'] as const;
const componentTypes = ['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER'] as const;

const account = { description: 'The account’s `_id`, or its id at the channel', example: '105600000000002' };

/** Values by the names of variables. */
function IsNamedValues(): PropertyDecorator {
  return applyDecorators(
    ValidateBy({
      name: 'namedValues',
      validator: {
        validate: (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value) && areNamedValues(value), // prettier-ignore
        defaultMessage: () => `expected values by the names of variables, each ${valueRule}`,
      },
    }),
  );
}

function areNamedValues(value: object): boolean {
  const entries = Object.entries(value);
  return entries.length <= 50 && entries.every(([name, text]) => /^[a-zA-Z0-9_]{1,100}$/.test(name) && typeof text === 'string' && valuePattern.test(text)); // prettier-ignore
}

/** What is put into a template: exactly as much as it has variables. */
export class TemplateParametersDto {
  @ApiPropertyOptional({
    description: 'Of a header with a variable its value; of one with a picture, video or document its https address.',
    maxLength: 2000,
    example: 'https://cdn.example.com/menu.png',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(2000)
  @Matches(/^(?=[^]*\S)[^\n\r\t]+$/, { message: 'must not be empty or have line breaks' })
  header?: string;

  @ApiPropertyOptional({
    description: `For \`{{1}}\`, \`{{2}}\` and so on, in order: ${valueRule}.`,
    type: [String],
    maxItems: 50,
    example: ['Robin', '1234'],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(50)
  @Matches(valuePattern, { each: true, message: `each ${valueRule}` })
  body?: string[];

  @ApiPropertyOptional({
    description: 'For variables with names, in header and body.',
    type: Object,
    additionalProperties: { type: 'string' },
    example: { first_name: 'Robin' },
  })
  @MayBeAbsent()
  @IsNamedValues()
  named?: Record<string, string>;

  @ApiPropertyOptional({
    description: 'For buttons that need a value, in order: the end of an address, or the code to copy.',
    type: [String],
    maxItems: 10,
    example: ['summer'],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(10)
  @Matches(valuePattern, { each: true, message: `each ${valueRule}` })
  buttons?: string[];
}

/** A template in a send. */
export class SendTemplateDto {
  @ApiProperty({ example: 'order_update', maxLength: 512 })
  @Matches(namePattern, nameRule)
  name!: string;

  @ApiProperty({ example: 'en_US', description: 'Exactly as the template has it' })
  @Matches(languagePattern, languageRule)
  language!: string;

  @ApiPropertyOptional({ type: TemplateParametersDto, description: 'Left out where the template has no variables' })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  @ValidateNested()
  @Type(() => TemplateParametersDto)
  parameters?: TemplateParametersDto;
}

export class ListTemplatesQuery extends LimitQuery {
  @ApiProperty(account)
  @Matches(accountIdPattern, accountIdRule)
  account_id!: string;

  @ApiPropertyOptional({ description: 'Those of this name', example: 'order_update' })
  @MayBeAbsent()
  @Matches(namePattern, nameRule)
  name?: string;

  @ApiPropertyOptional({ description: 'Those of this status', example: 'APPROVED' })
  @MayBeAbsent()
  @Matches(/^[A-Z_]{1,40}$/, { message: 'expected a status of the channel’s, such as APPROVED' })
  status?: string;

  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Ask the channel first, however fresh it is' })
  @MayBeAbsent()
  @toBoolean
  @IsBoolean({ message: 'expected true or false' })
  refresh: boolean = false;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.', example: 'b3JkZXJfdXBkYXRlCmVuX1VT' })
  @MayBeAbsent()
  @Matches(/^[\w-]{1,800}$/, cursorRule)
  cursor?: string;
}

export class TemplateComponentDto {
  @ApiProperty({ enum: componentTypes, example: 'BODY' })
  @IsIn(componentTypes)
  type!: (typeof componentTypes)[number];

  @ApiPropertyOptional({ example: 'TEXT', description: 'Of a header: `TEXT`, `IMAGE`, `VIDEO`, `DOCUMENT`.' })
  @MayBeAbsent()
  @Matches(/^[A-Z_]{1,40}$/, { message: 'expected a format of the channel’s, such as TEXT' })
  format?: string;

  @ApiPropertyOptional({ maxLength: 1024, example: 'Hi {{1}}! Your order {{2}} is ready.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(1024)
  text?: string;

  @ApiPropertyOptional({
    type: Object,
    additionalProperties: true,
    description: 'Examples of values, in Meta’s form; needed where there are variables.',
    example: { body_text: [['Robin', '1234']] },
  })
  @MayBeAbsent()
  @IsObject({ message: 'expected an object' })
  example?: Record<string, unknown>;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    maxItems: 10,
    description: 'Of `BUTTONS`, in Meta’s form.',
    example: [{ type: 'QUICK_REPLY', text: 'Thanks' }],
  })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(10)
  @IsObject({ each: true, message: 'expected objects' })
  buttons?: Record<string, unknown>[];
}

export class CreateTemplateDto {
  @ApiProperty(account)
  @Matches(accountIdPattern, accountIdRule)
  account_id!: string;

  @ApiProperty({ example: 'visit_reminder', maxLength: 512 })
  @Matches(namePattern, nameRule)
  name!: string;

  @ApiProperty({ example: 'en_US' })
  @Matches(languagePattern, languageRule)
  language!: string;

  @ApiProperty({ enum: categories, example: 'UTILITY' })
  @IsIn(categories)
  category!: (typeof categories)[number];

  @ApiPropertyOptional({ enum: formats, default: 'POSITIONAL', description: 'How variables are called' })
  @MayBeAbsent()
  @IsIn(formats)
  parameter_format?: (typeof formats)[number];

  @ApiProperty({
    type: [TemplateComponentDto],
    description: 'In Meta’s form; there has to be a `BODY`.',
    example: [
      {
        type: 'BODY',
        text: 'Hi {{1}}, see you on {{2}}.',
        example: { body_text: [['Robin', 'Tuesday']] },
      },
    ],
  })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(10)
  @ValidateBy({
    name: 'hasBody',
    validator: {
      validate: (value: unknown) => Array.isArray(value) && value.some((one: { type?: unknown } | null) => one?.type === 'BODY'), // prettier-ignore
      defaultMessage: () => 'expected components with a BODY among them',
    },
  })
  @ValidateNested({ each: true })
  @Type(() => TemplateComponentDto)
  components!: (TemplateComponentDto & Record<string, unknown>)[];
}
