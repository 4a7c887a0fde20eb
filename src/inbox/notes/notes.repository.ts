import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Types, type Model } from 'mongoose';
import { Clock } from '#libs/clock';
import type { RetentionTarget } from '../../database/index.js';
import { NOTE, type NoteRecord } from './note.schema.js';

export type Note = Omit<NoteRecord, '_id'> & { _id: string };
export type NewNote = Pick<NoteRecord, 'user_id' | 'platform_account_id' | 'conversation_id' | 'author' | 'text'>;

const standing = { deleted_at: null };

/** Notes on conversations that are known to be the caller's. */
@Injectable()
export class NotesRepository {
  constructor(
    @InjectModel(NOTE) private readonly model: Model<NoteRecord>,
    private readonly clock: Clock,
  ) {}

  /** As long as what the customer wrote. */
  retention(): RetentionTarget {
    return { collection: this.model.collection, field: 'created_at' };
  }

  /** Newest first. @param before the last id of the page before */
  async page(conversationId: string, { before, limit }: { before?: string; limit: number }): Promise<Note[]> {
    const filter = {
      conversation_id: conversationId,
      ...standing,
      ...(before ? { _id: { $lt: new Types.ObjectId(before) } } : {}),
    };
    const found = await this.model.collection.find<NoteRecord>(filter, { sort: { _id: -1 }, limit }).toArray();
    return found.flatMap((note) => plain(note) ?? []);
  }

  /** For exports; as many as anybody writes on one conversation. */
  async allOf(conversationId: string): Promise<Note[]> {
    return this.page(conversationId, { limit: 10_000 });
  }

  async find(conversationId: string, id: string): Promise<Note | null> {
    const filter = { _id: new Types.ObjectId(id), conversation_id: conversationId, ...standing };
    return plain(await this.model.collection.findOne<NoteRecord>(filter));
  }

  async insert(note: NewNote): Promise<Note> {
    const now = this.clock.date();
    const record = { _id: new Types.ObjectId(), ...note, created_at: now, updated_at: now };
    await this.model.collection.insertOne(record);
    return { ...record, _id: String(record._id) };
  }

  async change(id: string, text: string): Promise<Note | null> {
    return this.update(id, { $set: { text, updated_at: this.clock.date() } });
  }

  /** Its words go at once. */
  async remove(id: string): Promise<boolean> {
    const now = this.clock.date();
    return (await this.update(id, { $set: { text: '', deleted_at: now, updated_at: now } })) !== null;
  }

  async eraseConversation(conversationId: string, before?: Date): Promise<void> {
    const older = before ? { created_at: { $lt: before } } : {};
    await this.model.collection.deleteMany({ conversation_id: conversationId, ...older });
  }

  async eraseAccount(platformAccountId: string): Promise<void> {
    await this.model.collection.deleteMany({ platform_account_id: platformAccountId });
  }

  private async update(id: string, change: object): Promise<Note | null> {
    const changed = await this.model.collection.findOneAndUpdate({ _id: new Types.ObjectId(id), ...standing }, change, {
      returnDocument: 'after',
    });
    return plain(changed as NoteRecord | null);
  }
}

function plain(record: NoteRecord | null): Note | null {
  return record && { ...record, _id: String(record._id) };
}
