import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches, MaxLength } from 'class-validator';
import { channelNames, platformNames, type Channel } from '../channels/index.js';
import { MayBeAbsent } from '../validation/index.js';
import { metaIdPattern, metaIdRule, PageQuery } from '../paging/index.js';
import type { BlocklistEntry } from './blocklist.repository.js';

export class ListBlocklistQuery extends PageQuery {}

/** The inbox's words for channels, and the accounts'. */
const platforms = [...channelNames, ...platformNames];

export class BlockDto {
  @ApiProperty({ description: 'The person’s id at the channel', example: '1254477777772222' })
  @Matches(metaIdPattern, metaIdRule)
  external_participant_id!: string;

  @ApiPropertyOptional({
    enum: platforms,
    default: channelNames[0],
    description: 'The channel, or the accounts’ word for it',
  })
  @MayBeAbsent()
  @IsIn(platforms)
  platform?: string;

  @ApiPropertyOptional({ maxLength: 200, example: 'Mara Lindqvist' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(200)
  participant_name?: string;

  @ApiPropertyOptional({ maxLength: 500, example: 'Sends advertisements' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(500)
  reason?: string;

  @ApiPropertyOptional({
    description: 'Whose list; for admins, who must name the tenant unless they have accounts of their own',
    example: 'user-1',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  user_id?: string;
}

export class UnblockQuery {
  @ApiPropertyOptional({ enum: platforms, default: channelNames[0], description: 'Of which channel the person is' })
  @MayBeAbsent()
  @IsIn(platforms)
  platform?: string;

  @ApiPropertyOptional({
    description: 'Whose entry a person’s id means; for admins, as on blocking',
    example: 'user-1',
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, 200)
  user_id?: string;
}

/** In the query or in a body: the route itself documents it. */
export class UnblockPersonDto extends UnblockQuery {
  @Matches(metaIdPattern, metaIdRule)
  external_participant_id!: string;
}

export class BlocklistEntryView {
  @ApiProperty({ example: '6740eeee6740eeee6740eeee' })
  id!: string;

  @ApiProperty({ example: 'user-1' })
  user_id!: string;

  @ApiProperty({ enum: channelNames, example: 'instagram' })
  platform!: Channel;

  @ApiProperty({ example: '1254477777772222' })
  external_participant_id!: string;

  @ApiProperty({ type: String, nullable: true, example: 'Mara Lindqvist' })
  participant_name!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'Sends advertisements' })
  reason!: string | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  created_at!: string;
}

export class BlocklistEntryResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: BlocklistEntryView })
  data!: BlocklistEntryView;
}

export class BlocklistResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [BlocklistEntryView] })
  data!: BlocklistEntryView[];

  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  total!: number;

  @ApiProperty({ type: String, nullable: true, example: null })
  next_cursor!: string | null;
}

export function entryView(entry: BlocklistEntry): BlocklistEntryView {
  return {
    id: entry._id,
    user_id: entry.user_id,
    platform: entry.platform,
    external_participant_id: entry.external_participant_id,
    participant_name: entry.participant_name ?? null,
    reason: entry.reason ?? null,
    created_at: entry.created_at.toISOString(),
  };
}
