import { Injectable } from '@nestjs/common';
import type { AccountSummary } from '../../accounts/index.js';
import { systemScope } from '../../auth/index.js';
import { ActionsRepository } from './actions.repository.js';
import { ToolCallerService } from './tool-caller.service.js';
import { ToolCallsRepository } from './tool-calls.repository.js';
import { maxMisses, ToolRound } from './tool-round.js';
import { ToolsRepository } from './tools.repository.js';

/** The talk that an answer is being found for. */
export interface ToolTalk {
  account: Pick<AccountSummary, '_id' | 'user_id'>;
  /** Absent where nobody wrote: a preview calls, and proposes nothing that is kept. */
  conversationId?: string;
  /** Id of the oldest message that is open. */
  messageId: string;
  /** What the customer wrote, as far as it is known. */
  customerTexts: readonly string[];
}

/** Of what was proposed before, so many the model is told of. */
const toldActions = 5;

/** Gives an answer its tools. */
@Injectable()
export class ToolRoundsService {
  constructor(
    private readonly tools: ToolsRepository,
    private readonly calls: ToolCallsRepository,
    private readonly actions: ActionsRepository,
    private readonly caller: ToolCallerService,
  ) {}

  /** @returns `undefined` for an account without tools */
  async open(talk: ToolTalk): Promise<ToolRound | undefined> {
    const tools = await this.tools.list(systemScope, talk.account._id);
    if (tools.length === 0) return undefined;
    const asksCustomer = tools.filter(({ parameters }) => parameters.some(({ from_customer: marked }) => marked));
    const misses =
      talk.conversationId === undefined || asksCustomer.length === 0
        ? 0
        : await this.calls.missesOf(talk.conversationId, maxMisses);
    // Who has guessed that often gets no more tries; everything else the agent still answers.
    const offered = misses < maxMisses ? tools : tools.filter((tool) => !asksCustomer.includes(tool));
    const before =
      talk.conversationId === undefined || !tools.some(({ effect }) => effect === 'write')
        ? []
        : await this.actions.list(systemScope, { conversation_id: talk.conversationId }, { limit: toldActions });
    const { calls, actions, caller } = this;
    return new ToolRound({ calls, actions, caller }, talk, offered, misses, before);
  }
}
