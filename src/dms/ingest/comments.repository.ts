import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Schema, Types, type Model } from 'mongoose';
import type { CommentEvent, MentionEvent } from '#libs/graph-api';
import { ownerFilter, type TenantScope } from '../../auth/index.js';
import { pageBehind } from '../../paging/index.js';

export const COMMENT = 'Comment';

/** A comment on the account's media, or a mention of the account: recorded so that a private reply can answer it. */
export interface CommentRecord {
  _id: Types.ObjectId;
  platform_account_id: string;
  user_id: string;
  kind: 'comment' | 'mention';
  /** Meta's id of the comment; of a mention in a caption, the media's. */
  comment_id: string;
  media_id?: string;
  parent_id?: string;
  from_id?: string;
  from_username?: string;
  text?: string;
  timestamp: number;
  created_at: Date;
}

export const CommentSchema = new Schema<CommentRecord>(
  {
    platform_account_id: { type: String, required: true },
    user_id: { type: String, required: true },
    kind: { type: String, required: true },
    comment_id: { type: String, required: true },
    media_id: String,
    parent_id: String,
    from_id: String,
    from_username: String,
    text: String,
    timestamp: { type: Number, required: true },
    created_at: { type: Date, required: true },
  },
  { collection: 'instagram_comments' },
);

// Meta delivers a comment more than once.
CommentSchema.index({ platform_account_id: 1, kind: 1, comment_id: 1 }, { unique: true });
// GET /inbox/comments of a tenant, of an account and of an admin, newest first.
CommentSchema.index({ user_id: 1, timestamp: -1, _id: -1 });
CommentSchema.index({ platform_account_id: 1, timestamp: -1, _id: -1 });
CommentSchema.index({ timestamp: -1, _id: -1 });
// Erasing and exporting a person.
CommentSchema.index({ from_id: 1 });
// Exporting an account. Neither field ever changes.
CommentSchema.index({ platform_account_id: 1, _id: -1 });

/** A comment with its id as hex. */
export type Comment = Omit<CommentRecord, '_id'> & { _id: string };

export interface NewComment {
  account: { _id: string; user_id: string };
  event: CommentEvent | MentionEvent;
  now: Date;
}

@Injectable()
export class CommentsRepository {
  constructor(@InjectModel(COMMENT) private readonly model: Model<CommentRecord>) {}

  /** Records each once, however often it comes. */
  async record(comments: NewComment[]): Promise<void> {
    const operations = comments.flatMap(({ account, event, now }) => {
      const commentId = event.kind === 'comment' ? event.commentId : (event.commentId ?? event.mediaId);
      if (commentId === undefined) return [];
      const filter = { platform_account_id: account._id, kind: event.kind, comment_id: commentId };
      const about =
        event.kind === 'comment'
          ? { media_id: event.media?.id, parent_id: event.parentId, text: event.text, from_username: event.username }
          : { media_id: event.mediaId };
      const fields = {
        user_id: account.user_id,
        from_id: event.senderId,
        timestamp: event.timestamp,
        created_at: now,
        ...about,
      };
      return [{ updateOne: { filter, update: { $setOnInsert: fields }, upsert: true } }];
    });
    if (operations.length === 0) return;
    await this.model.collection
      .bulkWrite(operations, { ordered: false, ignoreUndefined: true })
      .catch(ignoreDuplicates);
  }

  /** Newest first. */
  async list(
    scope: TenantScope,
    { before, accountId, limit }: { before?: { timestamp: number; id: string }; accountId?: string; limit: number },
  ): Promise<Comment[]> {
    const within = { ...ownerFilter(scope), ...(accountId ? { platform_account_id: accountId } : {}) };
    if (!before) return this.find(within, limit);
    return pageBehind(
      { at: before.timestamp, id: before.id },
      limit,
      (comment: Comment) => comment.timestamp,
      ({ time, idBelow }, count) => {
        return this.find({ ...within, timestamp: time, ...(idBelow ? { _id: { $lt: idBelow } } : {}) }, count);
      },
    );
  }

  /** For an export, newest first by id. */
  async ofAccount(accountId: string, page: { before?: string; limit: number }): Promise<Comment[]> {
    return this.byId({ platform_account_id: accountId }, page);
  }

  /** For an export, newest first by id. */
  async ofPerson(accountId: string, fromId: string, page: { before?: string; limit: number }): Promise<Comment[]> {
    return this.byId({ from_id: fromId, platform_account_id: accountId }, page);
  }

  /** The accounts that this person commented on. */
  async accountsOf(fromId: string): Promise<string[]> {
    return (await this.model.collection.distinct('platform_account_id', { from_id: fromId })) as string[];
  }

  /**
   * Part of erasing a person, or all that is about an account.
   * @param until only what was recorded before, or said (by Meta's time, ms) up to then; all of it when left out
   */
  async erase(
    of: { from_id: string; platform_account_id?: string } | { platform_account_id: string },
    { recordedBefore, saidUpTo }: { recordedBefore?: Date; saidUpTo?: number } = {},
  ): Promise<void> {
    await this.model.collection.deleteMany({
      ...of,
      ...(recordedBefore ? { created_at: { $lt: recordedBefore } } : {}),
      ...(saidUpTo === undefined ? {} : { timestamp: { $lte: saidUpTo } }),
    });
  }

  private async byId(of: object, { before, limit }: { before?: string; limit: number }): Promise<Comment[]> {
    const behind = before === undefined ? {} : { _id: { $lt: new Types.ObjectId(before) } };
    const found = await this.model.collection
      .find<CommentRecord>({ ...of, ...behind }, { sort: { _id: -1 }, limit })
      .toArray();
    return found.map((comment) => ({ ...comment, _id: String(comment._id) }));
  }

  private async find(filter: object, limit: number): Promise<Comment[]> {
    const found = await this.model.collection
      .find<CommentRecord>(filter)
      .sort({ timestamp: -1, _id: -1 })
      .limit(limit)
      .toArray();
    return found.map((comment) => ({ ...comment, _id: String(comment._id) }));
  }
}

/** Two processes recorded the same comment at once: it is recorded. */
function ignoreDuplicates(error: unknown): void {
  if ((error as { code?: number }).code !== 11000) throw error;
}
