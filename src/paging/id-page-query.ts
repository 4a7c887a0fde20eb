import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsMongoId, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../errors/index.js';

/** A page of what admins list by `_id`, newest first: the last id of a page leads to the next. */
export class IdPageQuery {
  @ApiPropertyOptional({ type: Number, minimum: 1, maximum: 100, default: 50, example: 50 })
  @MayBeAbsent()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 50;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.', example: '665f1c2e9b1e8a0012345678' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  cursor?: string;
}
