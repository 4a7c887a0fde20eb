import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Matches, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../validation/index.js';
import { cursorPattern, cursorRule, toInt } from './query-values.js';

/** A whole number of a query; its default is the field's own initial value. */
function wholeNumber(minimum: number, maximum: number, preset: number, description?: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum, maximum, default: preset, description }),
    MayBeAbsent(),
    toInt,
    IsInt({ message: `expected a whole number from ${minimum} to ${maximum}` }),
    Min(minimum),
    Max(maximum),
  );
}

/** How many records a page holds at most. */
export const PageLimit = (maximum: number, preset: number): PropertyDecorator => wholeNumber(1, maximum, preset);

/** How many records are passed over before the page. */
export const Skip = (maximum: number): PropertyDecorator =>
  wholeNumber(
    0,
    maximum,
    0,
    'Records to pass over. Its cost grows with it: to read on, use `cursor` where there is one.',
  );

/** A list that is read in pages. */
export class LimitQuery {
  @PageLimit(100, 50)
  limit: number = 50;
}

/** A list that is read on from where the page before it ended. */
export class PageQuery extends LimitQuery {
  @ApiPropertyOptional({ description: '`next_cursor` of the page before, under the same filters' })
  @MayBeAbsent()
  @Matches(cursorPattern, cursorRule)
  cursor?: string;
}
