import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import type { RetentionTarget } from '../../database/index.js';
import { COMMENT, type CommentRecord } from '../ingest/comments.repository.js';

/** Removes comments by age. Nothing else counts or points to them, as conversations do to DMs: MongoDB can do it. */
@Injectable()
export class CommentRemovalRepository {
  constructor(@InjectModel(COMMENT) private readonly model: Model<CommentRecord>) {}

  /** From when they were recorded. */
  retention(): RetentionTarget {
    return { collection: this.model.collection, field: 'created_at' };
  }
}
