import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidRequestError } from '../errors/index.js';
import { validationPipe } from '../validation/index.js';
import { UnblockPersonDto } from './blocklist.dto.js';

/** The fields of a DELETE: many clients can't give it a body, others give nothing else. */
export const PersonToUnblock = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body)))
    throw new InvalidRequestError('The body, where there is one, must be a JSON object.', [
      { field: 'body', expected: 'a JSON object' },
    ]);
  return { ...(query as object), ...body };
});

/** Checks them as any request's: the application's own pipe does not look at what a decorator puts together. */
@Injectable()
export class PersonToUnblockPipe implements PipeTransform<object, Promise<UnblockPersonDto>> {
  private readonly checks = validationPipe();

  async transform(fields: object): Promise<UnblockPersonDto> {
    return (await this.checks.transform(fields, { type: 'query', metatype: UnblockPersonDto })) as UnblockPersonDto;
  }
}
