import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { errorCodes } from './error-codes.js';

/** Where the input was wrong, and what was expected there. */
export class FieldProblemView {
  @ApiProperty({ example: 'limit' })
  field!: string;

  @ApiProperty({
    description: 'All that was expected of the field; `; ` between where it is more than one thing.',
    example: 'must not be greater than 100',
  })
  expected!: string;

  @ApiPropertyOptional({ description: 'Whose limit it is, where it is a channel’s.', example: 'whatsapp' })
  channel?: string;

  @ApiPropertyOptional({ description: 'The most that the channel takes.', example: 10 })
  limit?: number;

  @ApiPropertyOptional({
    description: 'What `limit` counts: `bytes` of UTF-8, `characters` (UTF-16 units), `choices`.',
    example: 'choices',
  })
  unit?: string;
}

/** What every error answer looks like; see `ErrorFilter`. */
@ApiExtraModels(FieldProblemView)
export class ErrorResponse {
  @ApiProperty({ enum: [false], example: false })
  success!: false;

  @ApiProperty({ description: 'A sentence for a person.', example: 'There is no such account.' })
  error!: string;

  @ApiProperty({
    description: 'For programs; stays the same when the sentence changes. Expect new ones.',
    enum: errorCodes,
    enumName: 'ErrorCode',
    example: 'not_found',
  })
  code!: string;

  @ApiPropertyOptional({
    description:
      'Each field of a 400 once, with what was expected of it; Meta’s code, subcode and fbtrace_id of a 502.',
    oneOf: [
      { type: 'array', items: { $ref: getSchemaPath(FieldProblemView) } },
      { type: 'object', additionalProperties: true },
    ],
    example: [{ field: 'limit', expected: 'must not be greater than 100' }],
  })
  details?: FieldProblemView[] | Record<string, unknown>;

  @ApiProperty({ description: 'Also in our log.', example: '0d7f7f5e-6f7a-4b7e-9f0a-0a9d6c1b2e3f' })
  request_id!: string;
}

const meanings = {
  400: { description: 'The request is malformed; `details` lists the fields.' },
  401: { description: 'The Bearer token is missing, expired or not valid.' },
  403: { description: 'Not allowed.' },
  404: { description: 'Not there, or another tenant’s.' },
  409: { description: 'It contradicts the present state; `code` says how.' },
  413: { description: 'The body is too large.' },
  415: { description: 'The body’s content type is not taken here.' },
  429: { description: 'Too many requests; Retry-After says when to come back.' },
  431: { description: 'The headers or the address are too large.' },
  500: { description: 'Something went wrong on our side; report the request_id.' },
  502: { description: 'Meta or OpenAI refused or failed; `details` has its code.' },
  503: { description: 'A part we need is away; try again.' },
} as const;

export type ErrorStatus = keyof typeof meanings;

/** Documents the errors a route can answer with, all in the one shape. */
export function ApiErrors(...statuses: ErrorStatus[]): MethodDecorator & ClassDecorator {
  return applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, type: ErrorResponse, description: meanings[status].description }),
    ),
  );
}
