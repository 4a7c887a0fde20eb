import { Injectable, Logger } from '@nestjs/common';
import { isGraphError } from '#libs/graph-api';
import { AccountNotUsableError, AlertsService } from '../../accounts/index.js';
import { scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import { SuggestionsRepository } from '../../agent/index.js';
import type { Channel } from '../../channels/index.js';
import { ConversationsRepository, type Conversation } from '../../conversations/index.js';
import { ConversationSyncService, DmSendService, isProvisional, type AcceptedSend } from '../../dms/index.js';
import { ConflictError, InvalidRequestError } from '../../errors/index.js';
import type { ConversationView } from '../conversations/conversation.view.js';
import { ConversationViewsService } from '../conversations/conversation-views.service.js';
import { MessagePagesService } from './message-pages.service.js';
import type { ListMessagesQuery, ReplyDto, SearchMessagesQuery } from './messages.dto.js';
import { messageView, type MessageView } from './message.view.js';
import { ReadMarksService } from './read-marks.service.js';

/** What became of asking Meta for what is missing here. */
export interface SyncOutcome {
  ok: boolean;
  /** Messages that were missing here and are stored now. */
  stored: number;
  error?: string;
}

export interface MessagePage {
  conversation: ConversationView;
  messages: MessageView[];
  next_cursor: string | null;
  has_newer: boolean;
  sync?: SyncOutcome;
}

export interface ReplyResult {
  status: 200 | 202;
  messageId: string | null;
  sentAt: string | null;
  dmId: string;
  channel: Channel;
  dmStatus: string;
  heldReason?: string;
  nextAttemptAt?: string;
  duplicateOf?: string;
}

/** A conversation's messages: reading them, and answering by hand. */
@Injectable()
export class InboxMessagesService {
  private readonly logger = new Logger(InboxMessagesService.name);

  constructor(
    private readonly conversations: ConversationsRepository,
    private readonly views: ConversationViewsService,
    private readonly pages: MessagePagesService,
    private readonly sync: ConversationSyncService,
    private readonly sends: DmSendService,
    private readonly readMarks: ReadMarksService,
    private readonly alerts: AlertsService,
    private readonly suggestions: SuggestionsRepository,
  ) {}

  /**
   * A page in order, oldest first; the cursor leads to the page before it. Meta's refusal to tell what is missing is
   * told beside what is stored: an operator still wants to read.
   * @throws {NotFoundError | InvalidRequestError}
   */
  async list(scope: TenantScope, id: string, query: ListMessagesQuery): Promise<MessagePage> {
    const read = () => this.pages.read(id, query);
    // Read beside the conversation, and shown only if that is the caller's.
    const early = query.sync ? undefined : read();
    early?.catch(() => undefined);
    const conversation = await this.conversations.get(scope, id);
    const synced = query.sync ? await this.fillGaps(conversation) : undefined;
    const { messages, next_cursor, has_newer } = await (early ?? read());
    return {
      conversation: await this.views.view(synced ? await this.conversations.get(scope, id) : conversation),
      messages: messages.map(messageView),
      next_cursor,
      has_newer,
      ...(synced ? { sync: synced } : {}),
    };
  }

  /** @throws {NotFoundError | InvalidRequestError} */
  async search(
    scope: TenantScope,
    id: string,
    query: SearchMessagesQuery,
  ): Promise<{ messages: MessageView[]; next_cursor: string | null }> {
    await this.conversations.get(scope, id);
    const { data, next_cursor } = await this.pages.search(id, query);
    return { messages: data.map(messageView), next_cursor };
  }

  /**
   * A person's answer: the agent steps back, and the conversation counts as read once it is queued, before it goes out.
   * @throws what `DmSendService.send` throws, {@link NotFoundError}
   */
  async reply(caller: Principal, id: string, asked: ReplyDto, idempotencyKey?: string): Promise<ReplyResult> {
    const accepted = await this.accept(caller, id, asked, idempotencyKey);
    // What a person has written themselves is not to be said twice.
    await this.suggestions.dismiss(id);
    return this.answer(accepted);
  }

  /**
   * The first half of it: from then on it is sent, whoever waits.
   * @throws what `DmSendService.accept` throws, {@link NotFoundError}
   */
  async accept(caller: Principal, id: string, asked: ReplyDto, idempotencyKey?: string): Promise<AcceptedSend> {
    const scope = scopeOf(caller);
    const key = keyOf(asked, idempotencyKey);
    const conversation = await this.conversations.get(scope, id);
    if (isProvisional(conversation.participant_id))
      throw new ConflictError('Who wrote the comment is not known until Instagram has taken the private reply.');
    const { participant_id: recipient_id, platform_account_id } = conversation;
    const { message, client_key: _key, ...others } = asked;
    const send = {
      recipient_id,
      platform_account_id,
      ...others,
      ...(message === undefined ? {} : { message_text: message }),
    };
    const options = { idempotencyKey: key, sentBy: writerOf(caller), textField: 'message' };
    const accepted = await this.sends.accept(scope, send, options);
    await this.readMarks.tryMarkRead(scope, conversation);
    if (conversation.handed_over) await this.alerts.clear('handed_over', id);
    return accepted;
  }

  /** The second: what became of it. @throws what `DmSendService.answer` throws */
  async answer(accepted: AcceptedSend): Promise<ReplyResult> {
    const { status, body, open } = await this.sends.answer(accepted);
    const stored = open ?? body.stored;
    return {
      status,
      messageId: stored.message_id ?? null,
      sentAt: stored.message_id ? (stored.sent_at ?? new Date(stored.timestamp).toISOString()) : null,
      dmId: stored._id,
      channel: stored.channel,
      dmStatus: stored.status ?? 'queued',
      heldReason: stored.held_reason,
      nextAttemptAt: stored.next_attempt_at,
      duplicateOf: body.duplicate_of,
    };
  }

  private async fillGaps(conversation: Conversation): Promise<SyncOutcome> {
    try {
      const { stored } = await this.sync.syncConversation(conversation);
      return { ok: true, stored };
    } catch (error) {
      if (!(error instanceof AccountNotUsableError) && !isGraphError(error)) throw error;
      this.logger.warn({
        msg: 'could not ask Meta for missing messages',
        conversation_id: conversation._id,
        err: error,
      });
      return { ok: false, stored: 0, error: error.message };
    }
  }
}

/** Of the two ways to name a message one is enough. @throws {InvalidRequestError} they name different ones */
function keyOf({ client_key: key, quick_replies, message }: ReplyDto, header: string | undefined): string | undefined {
  if (quick_replies && message === undefined) refuse('message', 'the words that quick_replies stand under');
  if (key !== undefined && header !== undefined && key !== header) refuse('client_key', 'the same as Idempotency-Key');
  return header ?? key;
}

function refuse(field: string, expected: string): never {
  throw new InvalidRequestError(`${field}: expected ${expected}`, [{ field, expected }]);
}

/** A token that names nobody is a program's. */
function writerOf({ actor, tenant }: Principal): string | undefined {
  return actor === tenant ? undefined : actor;
}
