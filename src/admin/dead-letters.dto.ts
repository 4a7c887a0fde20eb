import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsMongoId, IsString, Length, Max, Min } from 'class-validator';
import { IsTime, MayBeAbsent } from '../validation/index.js';
import { kinds } from './admin.dto.js';

/** Which open letters; at least one of the first four is needed. */
export class ReplayLettersDto {
  @ApiPropertyOptional({ enum: kinds, example: 'delivery' })
  @MayBeAbsent()
  @IsIn(kinds)
  kind?: (typeof kinds)[number];

  @ApiPropertyOptional({ example: 'not_storable' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  reason?: string;

  @ApiPropertyOptional({ description: 'Written at or after.', example: '2026-01-02T14:00:00Z' })
  @MayBeAbsent()
  @IsTime()
  since?: string;

  @ApiPropertyOptional({ description: 'Written before.', example: '2026-01-02T15:00:00Z' })
  @MayBeAbsent()
  @IsTime()
  until?: string;

  @ApiPropertyOptional({ description: '`next_cursor` of the page before.', example: '665f1c2e9b1e8a0012345678' })
  @MayBeAbsent()
  @IsMongoId({ message: 'expected an id: 24 hex digits' })
  cursor?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 50, example: 50 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  limit = 50;
}

class LetterFailureView {
  @ApiProperty({ example: '665f1c2e9b1e8a0012345678' })
  _id!: string;

  @ApiProperty({ example: 'There is no such delivery, or it is not kept any more.' })
  error!: string;
}

export class ReplayLettersResponse {
  @ApiProperty({ enum: [true], example: true })
  success!: true;

  @ApiProperty({ description: 'How many of this page were started.', example: 50 })
  replayed!: number;

  @ApiProperty({ type: [LetterFailureView], description: 'Those that could not be started; they are open still.' })
  failed!: LetterFailureView[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page.', example: null })
  next_cursor!: string | null;
}
