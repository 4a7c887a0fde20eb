import { Injectable, type PipeTransform } from '@nestjs/common';
import { InvalidRequestError } from '../errors/index.js';

/** The id of a conversation in a path. */
@Injectable()
export class ConversationIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (/^[0-9a-f]{24}$/i.test(id)) return id.toLowerCase();
    throw new InvalidRequestError('id: expected the id of a conversation', [
      { field: 'id', expected: '24 hex digits' },
    ]);
  }
}
