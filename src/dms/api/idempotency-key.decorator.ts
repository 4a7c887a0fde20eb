import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidRequestError } from '../../errors/index.js';

/** The Idempotency-Key header, where there is one: any short printable text without spaces. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key))) return key;
  const expected = '1 to 200 printable characters without spaces';
  throw new InvalidRequestError(`Idempotency-Key: expected ${expected}`, [{ field: 'Idempotency-Key', expected }]);
});
