import { Injectable } from '@nestjs/common';
import { SuggestionsRepository, type Suggestion } from '../../agent/index.js';
import { scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import { ConversationsRepository, type Conversation } from '../../conversations/index.js';
import { NotFoundError } from '../../errors/index.js';
import { InboxMessagesService, type ReplyResult } from '../messages/inbox-messages.service.js';
import type { SendSuggestionDto } from './suggestions.dto.js';
import { SuggestionOutdatedError } from './suggestions.errors.js';

/** What the agent would answer, for a person who sends it or not. */
@Injectable()
export class SuggestionsService {
  constructor(
    private readonly suggestions: SuggestionsRepository,
    private readonly conversations: ConversationsRepository,
    private readonly messages: InboxMessagesService,
  ) {}

  /** @throws {NotFoundError} no such conversation, or nothing is suggested there for what was said last */
  async get(scope: TenantScope, conversationId: string): Promise<Suggestion> {
    const conversation = await this.conversations.get(scope, conversationId);
    const suggestion = await this.suggestions.find(conversationId);
    if (suggestion?.state !== 'open' || isOutdated(suggestion, conversation)) throw nothingSuggested();
    return suggestion;
  }

  /**
   * Sends it, as it is or changed, once however often it is asked for.
   * @throws {NotFoundError} as {@link get}
   * @throws {SuggestionOutdatedError} the customer, or somebody here, has written since, or another has sent it
   * @throws what `InboxMessagesService.reply` throws
   */
  async send(
    caller: Principal,
    conversationId: string,
    { id, message, client_key, tag }: SendSuggestionDto,
    header?: string,
  ): Promise<ReplyResult> {
    const conversation = await this.conversations.get(scopeOf(caller), conversationId);
    const found = await this.suggestions.find(conversationId);
    if (!found || found.state === 'dismissed') throw nothingSuggested();
    if (id !== undefined && id.toLowerCase() !== found._id)
      throw new SuggestionOutdatedError('Another suggestion has taken its place.');
    if (found.state === 'open' && isOutdated(found, conversation))
      throw new SuggestionOutdatedError('Something was written since it was suggested.');
    const wanted = header ?? client_key;
    const key = wanted ?? `suggestion-${found._id}`;
    const claimed = await this.suggestions.claim(found._id, key);
    if (!claimed) throw new SuggestionOutdatedError('Another suggestion has taken its place.');
    if (claimed.send_key !== key) throw new SuggestionOutdatedError('Somebody else has sent it.');
    const text = message ?? claimed.sent_text ?? claimed.text;
    try {
      const reply = { message: text, ...(client_key ? { client_key } : {}), ...(tag ? { tag } : {}) };
      const accepted = await this.messages.accept(caller, conversationId, reply, header ?? key);
      await this.suggestions.markSent(found._id, text);
      return await this.messages.answer(accepted);
    } catch (error) {
      // Where it was taken, it is sent, whatever the channel says of it.
      await this.suggestions.unclaim(found._id, key);
      throw error;
    }
  }

  /** @throws {NotFoundError} no such conversation, or nothing is suggested there */
  async dismiss(scope: TenantScope, conversationId: string): Promise<void> {
    await this.conversations.get(scope, conversationId);
    if (!(await this.suggestions.dismiss(conversationId))) throw nothingSuggested();
  }
}

/** Whether the customer has asked more since, or somebody has answered. */
function isOutdated(
  { asked_at, created_at }: Suggestion,
  { last_asked_at: asked, last_answer_at: answered }: Conversation,
): boolean {
  return (asked !== undefined && asked > asked_at) || (answered !== undefined && answered >= created_at);
}

function nothingSuggested(): NotFoundError {
  return new NotFoundError('Nothing is suggested in this conversation.');
}
