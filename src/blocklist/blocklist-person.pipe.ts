import { Injectable, type PipeTransform } from '@nestjs/common';
import { InvalidRequestError } from '../errors/index.js';
import { metaIdPattern } from '../paging/index.js';

/** An entry's id or a person's id in a path. */
@Injectable()
export class BlocklistPersonPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (metaIdPattern.test(id)) return id;
    throw new InvalidRequestError('id: expected an entry’s id or an Instagram id', [
      { field: 'id', expected: '24 hex digits, or an Instagram id' },
    ]);
  }
}
