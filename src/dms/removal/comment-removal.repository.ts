import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import type { Model } from 'mongoose';
import { keepFor } from '../../database/index.js';
import { COMMENT, type CommentRecord } from '../ingest/comments.repository.js';

/** Removes comments by age. Nothing else counts or points to them, as conversations do to DMs: MongoDB can do it. */
@Injectable()
export class CommentRemovalRepository {
  constructor(@InjectModel(COMMENT) private readonly model: Model<CommentRecord>) {}

  /** Sets how long comments are kept after they were recorded. @param days 0: for ever */
  async keepFor(days: number): Promise<void> {
    await keepFor(this.model.collection, 'created_at', days);
  }
}
