import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import { MayBeAbsent } from '../../validation/index.js';
import { accountIdPattern, accountIdRule } from '../../paging/index.js';

/** MongoDB's own tokens: hex, and not long. */
const positionPattern = /^[0-9A-F]{16,1000}$/;

export class StreamQuery {
  @ApiPropertyOptional({ description: 'Instead of a Bearer token; from `POST /inbox/stream/ticket`' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(100)
  ticket?: string;

  @ApiPropertyOptional({ description: 'This account’s events alone: its `_id` or its Instagram id' })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id?: string;

  @ApiPropertyOptional({
    description: 'As the header `Last-Event-ID`, for a new EventSource, which can’t send headers',
  })
  @MayBeAbsent()
  @Matches(positionPattern, { message: 'expected the id of an event of this stream' })
  last_event_id?: string;
}

export class StreamTicketResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ description: 'Opens one stream, once', example: 'iq4yFv0mC6C1cVv3l8mBq0a2b4c6d8e0' })
  ticket!: string;

  @ApiProperty({ description: 'Seconds', example: 60 })
  expires_in!: number;
}
