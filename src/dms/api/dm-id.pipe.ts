import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { InvalidRequestError } from '../../errors/index.js';

/** The id of a DM in a path. */
@Injectable()
export class DmIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (/^[0-9a-f]{24}$/i.test(id)) return id.toLowerCase();
    throw new InvalidRequestError('id: expected the _id of a DM', [{ field: 'id', expected: '24 hex digits' }]);
  }
}

/** The Idempotency-Key header, where there is one: any short printable text without spaces. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const key = context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key'];
  if (key === undefined || (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key))) return key;
  throw new InvalidRequestError('Idempotency-Key: expected 1 to 200 printable characters without spaces', [
    { field: 'Idempotency-Key', expected: '1 to 200 printable characters without spaces' },
  ]);
});
