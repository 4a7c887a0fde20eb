import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsMongoId } from 'class-validator';
import { MayBeAbsent } from '../validation/index.js';
import { LimitQuery } from './page-query.js';

/** A page of what admins list by `_id`, newest first: the last id of a page leads to the next. */
export class IdPageQuery extends LimitQuery {
  @ApiPropertyOptional({ description: '`next_cursor` of the page before.', example: '665f1c2e9b1e8a0012345678' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  cursor?: string;
}
