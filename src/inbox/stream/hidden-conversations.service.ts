import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ConversationBlocksRepository, type ConversationRecord } from '../../conversations/index.js';
import type { StoreChange } from './changes.repository.js';

/**
 * Which conversations the live stream leaves out. The changes themselves say so, in order: each conversation is looked
 * up once at most, for the first of its DMs.
 */
@Injectable()
export class HiddenConversationsService {
  private readonly known = new LRUCache<string, boolean>({ max: 100_000 });

  constructor(private readonly blocks: ConversationBlocksRepository) {}

  /** Of the changes as they happen; what is read again for a client that was away may be older than what is known. */
  learn(change: StoreChange): void {
    if (change.ns.coll !== 'inbox_conversations' || !change.fullDocument) return;
    const { _id, blocked = false } = change.fullDocument as ConversationRecord;
    this.known.set(String(_id), blocked);
  }

  async isHidden(conversationId: string): Promise<boolean> {
    const known = this.known.get(conversationId);
    if (known !== undefined) return known;
    const blocked = await this.blocks.isMarked(conversationId);
    // What was learned meanwhile is newer.
    const learned = this.known.get(conversationId);
    if (learned === undefined) this.known.set(conversationId, blocked);
    return learned ?? blocked;
  }

  /** Changes are not read any more: what is known grows old. */
  forget(): void {
    this.known.clear();
  }
}
