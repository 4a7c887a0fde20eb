import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsString, Matches, MaxLength } from 'class-validator';
import { PageLimit } from '../../paging/index.js';
import { MayBeAbsent } from '../../validation/index.js';
import { AccountIdParam } from '../accounts.dto.js';

class IgsidParam {
  @ApiProperty({
    description: 'Instagram-scoped id of the person: `sender_id` of their DMs.',
    example: '1234567890123456',
  })
  @Matches(/^\d{1,40}$/, { message: 'igsid must be an Instagram-scoped id, digits alone' })
  igsid!: string;
}

export class ProfileParams extends IntersectionType(AccountIdParam, IgsidParam) {}

export class LiveConversationsQuery {
  @PageLimit(50, 20)
  limit: number = 20;

  @ApiPropertyOptional({ maxLength: 2_000, description: '`next_cursor` of the page before.' })
  @MayBeAbsent()
  @IsString()
  @MaxLength(2_000)
  after?: string;
}

export class ProfileView {
  @ApiProperty({ example: '1234567890123456' }) igsid!: string;
  @ApiProperty({ example: 'Mara Lindqvist', description: '`User` when Meta does not tell.' }) name!: string;
  @ApiPropertyOptional({ example: 'mara.lindqvist' }) username?: string;
  @ApiPropertyOptional({ example: 'https://scontent.cdninstagram.com/v/picture.jpg' }) profile_pic?: string;
  @ApiPropertyOptional({ example: 412 }) follower_count?: number;
  @ApiPropertyOptional({ example: false }) is_verified_user?: boolean;
  @ApiPropertyOptional({ example: true }) is_user_follow_business?: boolean;
  @ApiPropertyOptional({ example: false }) is_business_follow_user?: boolean;
  @ApiProperty({ example: false, description: 'From memory, at most an hour old.' }) cached!: boolean;
}

export class ProfileResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: ProfileView }) data!: ProfileView;
}

export class LiveParticipantView {
  @ApiProperty({ example: '1234567890123456' }) id!: string;
  @ApiPropertyOptional({ example: 'mara.lindqvist' }) username?: string;
}

export class LiveConversationView {
  @ApiProperty({ description: 'Meta’s id of the thread.', example: 'aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTc4NDE0' })
  id!: string;
  @ApiPropertyOptional({ type: String, format: 'date-time', example: '2026-11-21T12:00:00.000Z' }) updated_time?: Date;
  @ApiProperty({ type: [LiveParticipantView] }) participants!: LiveParticipantView[];
}

export class LiveConversationsResponse {
  @ApiProperty({ enum: [true], example: true }) success!: true;
  @ApiProperty({ type: [LiveConversationView] }) data!: LiveConversationView[];
  @ApiPropertyOptional({ description: 'For `after`; missing on the last page.', example: 'QVFIUm…' })
  next_cursor?: string;
  @ApiProperty({ example: false, description: 'From memory, at most half a minute old.' }) cached!: boolean;
}
