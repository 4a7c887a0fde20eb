import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsISO8601,
  IsString,
  IsTimeZone,
  Matches,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { MayBeAbsent } from '../../validation/index.js';
import { weekdays, type Hours, type TimeRange, type Weekday } from './hours.js';

export const zoneRule = { message: '$property must be the IANA name of a time zone, such as Europe/Berlin' };
const timeRule = { message: 'expected a time of the day such as 09:00' };
const dayRule = { message: 'expected a day such as 2026-12-24' };

export class TimeRangeDto implements TimeRange {
  @ApiProperty({
    description: 'As a clock on the wall there shows it.',
    example: '09:00',
    pattern: '^([01]\\d|2[0-3]):[0-5]\\d$',
  })
  @Matches(/^([01]\d|2[0-3]):[0-5]\d$/, timeRule)
  from!: string;

  @ApiProperty({
    example: '18:00',
    pattern: '^(([01]\\d|2[0-3]):[0-5]\\d|24:00)$',
    description: 'No later than `from`: on the day after. `24:00` is the end of the day.',
  })
  @Matches(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, timeRule)
  to!: string;
}

export class WeeklyHoursDto extends TimeRangeDto {
  @ApiProperty({
    description: 'Days of the week that are so.',
    enum: weekdays,
    isArray: true,
    example: ['mon', 'tue', 'wed', 'thu', 'fri'],
  })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(weekdays, { each: true })
  days!: Weekday[];
}

export class HoursExceptionDto {
  @ApiProperty({ description: 'By the calendar there.', example: '2026-12-24', pattern: '^\\d{4}-\\d{2}-\\d{2}$' })
  @Matches(/^\d{4}-\d{2}-\d{2}$/, dayRule)
  @IsISO8601({ strict: true }, dayRule)
  date!: string;

  @ApiProperty({ type: [TimeRangeDto], maxItems: 6, description: 'Empty: closed all day.' })
  @IsArray()
  @ArrayMaxSize(6)
  @ValidateNested({ each: true })
  @Type(() => TimeRangeDto)
  ranges!: TimeRangeDto[];
}

/** When a shop is open, or its people are there. */
export class HoursDto implements Hours {
  @ApiPropertyOptional({
    maxLength: 64,
    example: 'Europe/Berlin',
    description: 'By its IANA name; the account’s `timezone` if left out.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(64)
  @Matches(/^[A-Za-z]/, zoneRule)
  @IsTimeZone(zoneRule)
  timezone?: string;

  @ApiProperty({ type: [WeeklyHoursDto], maxItems: 28, description: 'A week as most are.' })
  @IsArray()
  @ArrayMaxSize(28)
  @ValidateNested({ each: true })
  @Type(() => WeeklyHoursDto)
  weekly!: WeeklyHoursDto[];

  @ApiPropertyOptional({ type: [HoursExceptionDto], maxItems: 200, description: 'Days that are not as their weekday.' })
  @MayBeAbsent()
  @IsArray()
  @ArrayMaxSize(200)
  @ArrayUnique(({ date }: HoursExceptionDto) => date, { message: 'expected each date once' })
  @ValidateNested({ each: true })
  @Type(() => HoursExceptionDto)
  exceptions?: HoursExceptionDto[];
}
