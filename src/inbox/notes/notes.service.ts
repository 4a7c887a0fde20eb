import { Injectable } from '@nestjs/common';
import { reaches, scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import { ConversationsRepository } from '../../conversations/index.js';
import { ForbiddenError, NotFoundError } from '../../errors/index.js';
import { NotesRepository, type Note } from './notes.repository.js';

/** Notes: everybody of the tenant reads them; whoever wrote one changes it, and an owner may, too. */
@Injectable()
export class NotesService {
  constructor(
    private readonly notes: NotesRepository,
    private readonly conversations: ConversationsRepository,
  ) {}

  /** @throws {NotFoundError} */
  async page(scope: TenantScope, conversationId: string, page: { before?: string; limit: number }): Promise<Note[]> {
    await this.conversations.get(scope, conversationId);
    return this.notes.page(conversationId, page);
  }

  /** @throws {NotFoundError} */
  async add(caller: Principal, conversationId: string, text: string): Promise<Note> {
    const { user_id, platform_account_id } = await this.conversations.get(scopeOf(caller), conversationId);
    const about = { user_id, platform_account_id, conversation_id: conversationId };
    return this.notes.insert({ ...about, author: caller.actor, text });
  }

  /** @throws {NotFoundError | ForbiddenError} */
  async change(caller: Principal, conversationId: string, id: string, text: string): Promise<Note> {
    await this.assertMayChange(caller, conversationId, id);
    const changed = await this.notes.change(id, text);
    if (!changed) throw notThere();
    return changed;
  }

  /** @throws {NotFoundError | ForbiddenError} */
  async remove(caller: Principal, conversationId: string, id: string): Promise<void> {
    await this.assertMayChange(caller, conversationId, id);
    if (!(await this.notes.remove(id))) throw notThere();
  }

  private async assertMayChange(caller: Principal, conversationId: string, id: string): Promise<void> {
    await this.conversations.get(scopeOf(caller), conversationId);
    const note = await this.notes.find(conversationId, id);
    if (!note) throw notThere();
    if (note.author !== caller.actor && !reaches(caller.role, 'owner'))
      throw new ForbiddenError('Another person wrote this note.');
  }
}

const notThere = (): NotFoundError => new NotFoundError('There is no such note.');
