import { Injectable, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { InvalidRequestError } from '../errors/index.js';

/** Four digits at most, far more than a channel puts into one message; `MAX_INDEX` is the largest of them. */
const indexPattern = /^\d{1,4}$/;
const MAX_INDEX = 9999;

/** Documents the path parameter `index`; `AttachmentIndexPipe` reads it. */
export const ApiAttachmentIndex = (): MethodDecorator =>
  ApiParam({
    name: 'index',
    description: 'Position in `attachments`.',
    schema: { type: 'integer', minimum: 0, maximum: MAX_INDEX },
    example: 0,
  });

/** A position in a message's `attachments`, from 0 on; throws 400. */
@Injectable()
export class AttachmentIndexPipe implements PipeTransform<string, number> {
  transform(value: string): number {
    if (indexPattern.test(value)) return Number(value);
    const expected = `a whole number from 0 to ${MAX_INDEX}`;
    throw new InvalidRequestError(`index: expected ${expected}`, [{ field: 'index', expected }]);
  }
}
