import { Injectable, type PipeTransform } from '@nestjs/common';
import { validationPipe } from '../validation/index.js';
import { UnblockPersonDto } from './blocklist.dto.js';

/** Checks the fields that `PersonToUnblock` gives, as any request's: the application's own pipe does not look at what a decorator puts together. */
@Injectable()
export class PersonToUnblockPipe implements PipeTransform<object, Promise<UnblockPersonDto>> {
  private readonly checks = validationPipe();

  async transform(fields: object): Promise<UnblockPersonDto> {
    return (await this.checks.transform(fields, { type: 'query', metatype: UnblockPersonDto })) as UnblockPersonDto;
  }
}
