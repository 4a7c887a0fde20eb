import { Injectable } from '@nestjs/common';
import { scopeOf, type Principal } from '../../auth/index.js';
import { ConversationsRepository } from '../../conversations/index.js';
import { DraftsRepository, type Draft } from './drafts.repository.js';

const maxListed = 100;

/** What people have begun to write: kept for themselves, on every device. */
@Injectable()
export class DraftsService {
  constructor(
    private readonly drafts: DraftsRepository,
    private readonly conversations: ConversationsRepository,
  ) {}

  async latest({ tenant, actor }: Principal): Promise<Draft[]> {
    return this.drafts.latestOf(tenant, actor, maxListed);
  }

  /** @throws {NotFoundError} the conversation is not there */
  async find(caller: Principal, conversationId: string): Promise<Draft | null> {
    await this.conversations.get(scopeOf(caller), conversationId);
    return this.drafts.find(conversationId, caller.actor);
  }

  /** @throws {NotFoundError} the conversation is not there */
  async save(caller: Principal, conversationId: string, text: string): Promise<Draft> {
    const { user_id, platform_account_id } = await this.conversations.get(scopeOf(caller), conversationId);
    const about = { user_id, platform_account_id, conversation_id: conversationId };
    return this.drafts.save({ ...about, author: caller.actor, text });
  }

  /** @throws {NotFoundError} the conversation is not there */
  async remove(caller: Principal, conversationId: string): Promise<void> {
    await this.conversations.get(scopeOf(caller), conversationId);
    await this.drafts.remove(conversationId, caller.actor);
  }
}
