import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { InvalidRequestError } from '../errors/index.js';

/** An id of ours in a path, in small letters from here on. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  transform(id: string, { data: field = 'id' }: ArgumentMetadata): string {
    if (/^[0-9a-f]{24}$/i.test(id)) return id.toLowerCase();
    throw new InvalidRequestError(`${field}: expected 24 hex digits`, [{ field, expected: '24 hex digits' }]);
  }
}
