import { Injectable, type PipeTransform } from '@nestjs/common';
import { InvalidRequestError } from '../../errors/index.js';

/** An entry's id or a person's id in a path. */
@Injectable()
export class BlocklistPersonPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (/^(?:[0-9a-f]{24}|\d{1,32})$/i.test(id)) return id.toLowerCase();
    throw new InvalidRequestError('id: expected an entry’s id or an Instagram id', [
      { field: 'id', expected: '24 hex digits, or an Instagram id' },
    ]);
  }
}
