import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidRequestError } from '../errors/index.js';

/** The fields of a DELETE: many clients can't give it a body, others give nothing else. */
export const PersonToUnblock = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const { query, body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body)))
    throw new InvalidRequestError('The body, where there is one, must be a JSON object.', [
      { field: 'body', expected: 'a JSON object' },
    ]);
  return { ...(query as object), ...body };
});
