import { Injectable } from '@nestjs/common';
import { CannedRepliesRepository } from './canned-replies/canned-replies.repository.js';
import { DraftsRepository } from './drafts/drafts.repository.js';
import { LabelsRepository } from './labels/labels.repository.js';
import { NotesRepository } from './notes/notes.repository.js';

/** Part of erasing people, accounts and tenants: what the staff wrote about them. Safe to do again. */
@Injectable()
export class DeskErasureService {
  constructor(
    private readonly notes: NotesRepository,
    private readonly drafts: DraftsRepository,
    private readonly labels: LabelsRepository,
    private readonly replies: CannedRepliesRepository,
  ) {}

  /** @param before what was written since then was not meant */
  async eraseConversation(conversationId: string, before?: Date): Promise<void> {
    await this.notes.eraseConversation(conversationId, before);
    await this.drafts.eraseConversation(conversationId);
  }

  async eraseAccount(accountId: string): Promise<void> {
    await this.notes.eraseAccount(accountId);
    await this.drafts.eraseAccount(accountId);
    await this.replies.eraseAccount(accountId);
  }

  async eraseTenant(tenant: string): Promise<void> {
    await this.labels.eraseTenant(tenant);
    await this.replies.eraseTenant(tenant);
  }
}
