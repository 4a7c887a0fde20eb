import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsObject,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { MayBeAbsent } from '../../validation/index.js';
import {
  toolApprovals,
  toolEffects,
  toolMethods,
  type ToolApproval,
  type ToolEffect,
  type ToolMethod,
} from './tool.schema.js';

const headerName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const headerValue = /^[\x20-\x7e]{0,2000}$/;
const hostName = /^(?!-)[A-Za-z0-9.-]{1,253}$/;

const description = {
  example: 'Where an order is and when it arrives, by its number.',
  minLength: 1,
  maxLength: 1_000,
  description: 'When to use it and what it tells; the model decides by this.',
};
const url = {
  example: 'https://shop.example.com/api/orders/{order_number}?zip={postcode}',
  maxLength: 2_000,
  description:
    'Where it is asked. `{…}` stands for a parameter, in the path and in values of the query alone; it is percent-encoded. ' +
    'What stands nowhere is sent as JSON, or in the query of a GET or DELETE.',
};
const parameters = {
  type: 'object',
  additionalProperties: true,
  description:
    'JSON Schema, a part of it: an object whose properties are of the types string (`enum`, `format`, `pattern` without ' +
    'groups, `minLength`, `maxLength`), integer and number (`enum`, `minimum`, `maximum`), or boolean. What is not ' +
    '`required` may be null. `from_customer: true`: has to stand in what the customer wrote.',
  example: {
    type: 'object',
    additionalProperties: false,
    required: ['order_number'],
    properties: {
      order_number: { type: 'string', pattern: '^JP-[0-9]{4}$', from_customer: true },
      postcode: { type: 'string', format: 'postcode', from_customer: true },
    },
  },
} as const;
const hosts = {
  type: [String] as [typeof String],
  example: ['shop.example.com'],
  description: 'Hosts that it may reach; else that of `url`.',
};
const pick = {
  type: [String] as [typeof String],
  example: ['/state', '/delivery/day'],
  description: 'JSON pointers to what the agent is shown of the answer; empty for all of it. 2 KB at most are shown.',
};
const effect = {
  enum: toolEffects,
  example: 'read',
  description:
    '`read` looks up, while the agent answers. `write` changes something: the agent proposes, a person decides.',
};
const idempotent = { example: false, description: 'Whether doing it twice is the same as doing it once.' };
const approval = {
  enum: toolApprovals,
  example: 'person',
  description: 'Of a `write`: who decides. `automatic` is for idempotent ones alone.',
};

export class ToolHeaderDto {
  @ApiProperty({ example: 'Authorization', description: 'Its name.', maxLength: 100 })
  @IsString()
  @Matches(headerName, { message: 'expected the name of a header' })
  name!: string;

  @ApiPropertyOptional({
    example: 'Bearer 0123456789',
    maxLength: 2_000,
    description: 'Left out of a secret one: the value that is there stays, while `url` leads to the same host.',
  })
  @MayBeAbsent()
  @IsString()
  @Matches(headerValue, { message: 'expected one line of printable ASCII, at most 2000' })
  value?: string;

  @ApiPropertyOptional({ example: true, default: false, description: 'Kept encrypted, and never given back.' })
  @MayBeAbsent()
  @IsBoolean()
  secret?: boolean;
}

export class PutToolRequest {
  @ApiProperty(description)
  @IsString()
  @MinLength(1)
  @MaxLength(1_000)
  description!: string;

  @ApiProperty({ enum: toolMethods, example: 'GET', description: 'The HTTP method.' })
  @IsIn(toolMethods)
  method!: ToolMethod;

  @ApiProperty(url)
  @IsString()
  @MaxLength(2_000)
  url!: string;

  @ApiProperty(effect)
  @IsIn(toolEffects)
  effect!: ToolEffect;

  @ApiPropertyOptional(parameters)
  @MayBeAbsent()
  @IsObject()
  parameters?: Record<string, unknown>;

  @ApiPropertyOptional({ type: [ToolHeaderDto], description: 'Headers that it is asked with.' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(10)
  @ValidateNested({ each: true })
  @Type(() => ToolHeaderDto)
  headers?: ToolHeaderDto[];

  @ApiPropertyOptional(hosts)
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(10)
  @Matches(hostName, { each: true, message: 'expected names of hosts such as shop.example.com' })
  hosts?: string[];

  @ApiPropertyOptional(pick)
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(30)
  @IsString({ each: true })
  @MaxLength(200, { each: true })
  pick?: string[];

  @ApiPropertyOptional(idempotent)
  @MayBeAbsent()
  @IsBoolean()
  idempotent?: boolean;

  @ApiPropertyOptional(approval)
  @MayBeAbsent()
  @IsIn(toolApprovals)
  approval?: ToolApproval;
}

export class TestToolRequest {
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { order_number: 'JP-1042' },
    description: 'What it is called with.',
  })
  @MayBeAbsent()
  @IsObject()
  arguments?: Record<string, unknown>;

  @ApiPropertyOptional({
    example: false,
    default: false,
    description: 'Has to be true for a tool that writes: it will.',
  })
  @MayBeAbsent()
  @IsBoolean()
  really?: boolean;
}

export class ToolHeaderView {
  @ApiProperty({ example: 'Authorization', description: 'Its name.' }) name!: string;
  @ApiPropertyOptional({ example: 'application/json', description: 'Of one that is no secret.' }) value?: string;
  @ApiProperty({ example: true, description: 'Whether it is kept encrypted; then its value is never shown.' })
  secret!: boolean;
}

export class ToolView {
  @ApiProperty({ example: 'order_lookup', description: 'Its name.' }) name!: string;
  @ApiProperty(description) description!: string;
  @ApiProperty({ enum: toolMethods, example: 'GET', description: 'The HTTP method.' }) method!: ToolMethod;
  @ApiProperty(url) url!: string;
  @ApiProperty(parameters) parameters!: Record<string, unknown>;
  @ApiPropertyOptional({ type: [ToolHeaderView], description: 'For owners alone.' }) headers?: ToolHeaderView[];
  @ApiProperty(hosts) hosts!: string[];
  @ApiProperty(pick) pick!: string[];
  @ApiProperty(effect) effect!: ToolEffect;
  @ApiProperty(idempotent) idempotent!: boolean;
  @ApiProperty(approval) approval!: ToolApproval;
  @ApiProperty({ type: 'integer', example: 1, description: 'Counts what was written to it.' }) revision!: number;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) created_at!: Date;
  @ApiProperty({ example: '2026-11-30T08:00:00.000Z' }) updated_at!: Date;
}

export class ToolResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: ToolView }) data!: ToolView;
}

export class ToolListResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [ToolView], description: 'By name.' }) data!: ToolView[];
}

export class ToolRemovedResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ enum: [true], example: true, description: 'It and its secrets are gone.' }) deleted!: true;
}

export class ToolTestView {
  @ApiProperty({ example: true, description: 'Whether it answered with a status of success, whole.' }) ok!: boolean;
  @ApiPropertyOptional({ type: 'integer', example: 200, description: 'The HTTP status, where it answered.' })
  status?: number;
  @ApiProperty({ type: 'integer', example: 84, description: 'Milliseconds that it took.' }) ms!: number;
  @ApiPropertyOptional({
    example: 'timeout',
    description:
      'Why there is no whole answer: `timeout`, `unreachable`, `cut_off`, `too_large`, `private_address`, ' +
      '`host_not_allowed`, `too_many_redirects`, `secret_unreadable`, `bad_argument`.',
  })
  reason?: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    example: { '/state': 'on its way' },
    description: 'What the agent would be shown.',
  })
  answer?: unknown;
}

export class ToolTestResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: ToolTestView }) data!: ToolTestView;
}
