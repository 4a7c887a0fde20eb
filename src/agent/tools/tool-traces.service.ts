import { Injectable } from '@nestjs/common';
import { ActionsRepository } from './actions.repository.js';
import { ToolCallsRepository } from './tool-calls.repository.js';
import { ToolsRepository } from './tools.repository.js';

/** What is to be erased of tools: whom they were asked about, what was done for them, and an account's own. */
@Injectable()
export class ToolTracesService {
  constructor(
    private readonly tools: ToolsRepository,
    private readonly calls: ToolCallsRepository,
    private readonly actions: ActionsRepository,
  ) {}

  /**
   * Safe to do again: what an answer under way still writes goes with the next.
   * @param before only actions that were proposed before it
   */
  async eraseConversation(conversation_id: string, before?: Date): Promise<void> {
    await this.calls.erase({ conversation_id });
    await this.actions.erase({ conversation_id }, before);
  }

  async eraseAccount(account_id: string): Promise<void> {
    await this.tools.removeOf(account_id);
    await this.calls.erase({ account_id });
    await this.actions.erase({ account_id });
  }
}
