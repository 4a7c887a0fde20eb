import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Matches } from 'class-validator';
import { MayBeAbsent } from '../../validation/index.js';
import type { CommentRecord } from '../../dms/index.js';
import { accountIdPattern, accountIdRule, PageQuery } from '../../paging/index.js';

export class ListCommentsQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'The account’s `_id` or its Instagram id', example: '17841400008460056' })
  @MayBeAbsent()
  @Matches(accountIdPattern, accountIdRule)
  platform_account_id?: string;
}

/** A comment or mention that a private reply can answer. */
export class CommentView {
  @ApiProperty({ example: '6740f0f06740f0f06740f0f0' })
  id!: string;

  @ApiProperty({ enum: ['comment', 'mention'], example: 'comment' })
  kind!: 'comment' | 'mention';

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'For `POST /instagram-dms/private-reply`; null where a caption mentions the account',
    example: '17865799348089039',
  })
  comment_id!: string | null;

  @ApiProperty({ example: '6740aaaa6740aaaa6740aaaa' })
  platform_account_id!: string;

  @ApiProperty({ type: String, nullable: true, example: '17990000000000001' })
  media_id!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The comment it answers', example: null })
  parent_id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: '1254477777772222' })
  from_id!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'mara.lindqvist' })
  from_username!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'How much is it?' })
  text!: string | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  commented_at!: string;
}

export class CommentListResponse {
  @ApiProperty({ enum: [true] })
  success!: true;

  @ApiProperty({ type: [CommentView] })
  data!: CommentView[];

  @ApiProperty({ type: String, nullable: true, description: '`cursor` of the next page', example: null })
  next_cursor!: string | null;
}

export function commentView(comment: Omit<CommentRecord, '_id'> & { _id: string }): CommentView {
  return {
    id: comment._id,
    kind: comment.kind,
    // Of a mention in a caption the store has the media's id there: it is what makes it unique.
    comment_id: comment.comment_id === comment.media_id ? null : comment.comment_id,
    platform_account_id: comment.platform_account_id,
    media_id: comment.media_id ?? null,
    parent_id: comment.parent_id ?? null,
    from_id: comment.from_id ?? null,
    from_username: comment.from_username ?? null,
    text: comment.text ?? null,
    commented_at: new Date(comment.timestamp).toISOString(),
  };
}
