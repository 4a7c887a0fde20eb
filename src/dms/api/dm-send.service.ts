import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { AccountNotUsableError, AccountsService, type AccountSummary } from '../../accounts/index.js';
import { AuditService } from '../../audit/index.js';
import type { TenantScope } from '../../auth/index.js';
import { ChannelsService, type Channel, type ChannelAdapter } from '../../channels/index.js';
import { conversationIdOf, ConversationsRepository } from '../../conversations/index.js';
import { TransactionsService } from '../../database/index.js';
import { TemplateSendsService, type SendTemplateDto } from '../../templates/index.js';
import { DmStoreRepository } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { OutboxService, provisionalParticipant, type NewOutbound, type NewReply } from '../outbound/outbox.service.js';
import { isUnwanted } from '../outbound/opt-outs.js';
import { isOutsideWindow } from '../outbound/send-window.js';
import { callersKey, ownKey, replyKeyOf } from '../send-key.js';
import { aboutDm } from './about-dm.js';
import type { PrivateReplyDto, SendDmDto } from './dms.dto.js';
import { OperatorTakeoverService } from './operator-takeover.service.js';
import { repeatAnswerOf, type KeptSendResponse } from './send-answer.js';
import { RequestedSendsRepository } from './requested-sends.repository.js';
import { SendFollowingService } from './send-following.service.js';
import { refuseBeyondLimits, refusePrivateReply } from './refuse-beyond-limits.js';
import { fingerprintOf, partsOf } from './send-request.js';
import {
  accountOfAnotherChannel,
  HumanAgentNotAllowedError,
  IdempotencyKeyReusedError,
  IdempotencyKeyUsedError,
  OptedOutError,
  OutsideWindowError,
} from './send.errors.js';

/** Within it the same request without an Idempotency-Key is a repeat, as long as what it repeats is not over. */
const repeatWithinMs = 60_000;

/** What is queued, now or by the request that this one repeats. */
export interface AcceptedSend {
  /** All parts, in order. */
  parts: DmRecord[];
  /** Without an Idempotency-Key of its own it asks for what another request has queued and what is not over. */
  repeats?: true;
}

export interface SendOptions {
  idempotencyKey?: string;
  /** Of which the account has to be. */
  channel?: Channel;
  /** The person who writes. */
  sentBy?: string;
  /** What the request calls the text, where that is not `message_text`. */
  textField?: string;
}

interface Request {
  account: AccountSummary;
  participantId: string;
  fingerprint: string;
  idempotencyKey?: string;
  sentBy?: string;
  /** Whoever writes takes the conversation over from the agent. */
  takesOver?: boolean;
}

/** Messages that people send through the API: queued like the agent's, then waited for. */
@Injectable()
export class DmSendService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly accounts: AccountsService,
    private readonly conversations: ConversationsRepository,
    private readonly transactions: TransactionsService,
    private readonly outbox: OutboxService,
    private readonly requested: RequestedSendsRepository,
    private readonly store: DmStoreRepository,
    private readonly templates: TemplateSendsService,
    private readonly following: SendFollowingService,
    private readonly takeOver: OperatorTakeoverService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends, and answers when Meta has answered, or when it is known that this takes longer. The agent steps back from
   * the conversation.
   * @param channel of which the account has to be
   * @throws what {@link accept} and {@link answer} throw
   */
  async send(
    scope: TenantScope,
    dto: SendDmDto,
    idempotencyKey?: string,
    channel?: Channel,
  ): Promise<KeptSendResponse> {
    return this.answer(await this.accept(scope, dto, { idempotencyKey, channel }));
  }

  /**
   * Queues it; from then on it is sent whoever waits.
   * @throws {OutsideWindowError | AccountNotUsableError | IdempotencyKeyReusedError | IdempotencyKeyUsedError}
   */
  async accept(
    scope: TenantScope,
    dto: SendDmDto,
    { idempotencyKey, channel, sentBy, textField }: SendOptions = {},
  ): Promise<AcceptedSend> {
    const account = await this.accountOf(scope, dto, channel);
    const { platform_account_id: _account, ...asked } = dto;
    return this.once(
      {
        account,
        participantId: dto.recipient_id,
        fingerprint: fingerprintOf('send', asked),
        idempotencyKey,
        sentBy,
        takesOver: true,
      },
      () => this.contentOf(account, dto, textField),
    );
  }

  /**
   * Waits for what Meta says of it; what only repeats another request is answered at once.
   * @throws {OutsideWindowError | GraphRefusedError | NotSentError}
   */
  async answer({ parts, repeats }: AcceptedSend): Promise<KeptSendResponse> {
    return repeats ? repeatAnswerOf(parts) : this.following.answerTo(parts);
  }

  async privateReply(
    scope: TenantScope,
    dto: PrivateReplyDto,
    idempotencyKey?: string,
    channel?: Channel,
  ): Promise<KeptSendResponse> {
    const account = await this.accountOf(scope, dto, channel);
    const { comment_id, message_text } = dto;
    const accepted = await this.once(
      {
        account,
        participantId: provisionalParticipant(comment_id),
        fingerprint: fingerprintOf('private-reply', { comment_id, message_text }),
        idempotencyKey,
      },
      async () => {
        refuseUnusable(account);
        refusePrivateReply(message_text, this.channels.get(account.channel));
        return [{ text: message_text, outbound: { comment_id } }];
      },
    );
    return this.answer(accepted);
  }

  private async accountOf(
    scope: TenantScope,
    { platform_account_id: id }: { platform_account_id: string },
    channel: Channel | undefined,
  ): Promise<AccountSummary> {
    const account = await this.accounts.getOwned(scope, id);
    if (channel !== undefined && account.channel !== channel) throw accountOfAnotherChannel(account.channel);
    return account;
  }

  /** The same key: the same DMs, and what they answered first, once that was final. */
  private async once(request: Request, contentOf: () => Promise<NewOutbound[]>): Promise<AcceptedSend> {
    const known = await this.findKnown(request);
    if (known) return { parts: known };
    return this.queue(request, await contentOf());
  }

  private async findKnown({ account, idempotencyKey, fingerprint }: Request): Promise<DmRecord[] | undefined> {
    if (idempotencyKey === undefined) return undefined;
    const key = callersKey(idempotencyKey);
    const parts = await this.requested.findReply(account._id, key);
    // Asked for after the DMs: what is removed in between is found in one of the two places.
    const removed = await this.store.findRemovedSend(account._id, key);
    const known = parts[0]?.send_fingerprint ?? removed;
    if (known === undefined) return undefined;
    if (known !== fingerprint) throw new IdempotencyKeyReusedError();
    if (removed !== undefined) throw new IdempotencyKeyUsedError();
    return parts;
  }

  private async queue(request: Request, parts: NewOutbound[]): Promise<AcceptedSend> {
    const { account, participantId, fingerprint, idempotencyKey, sentBy, takesOver } = request;
    const key = idempotencyKey === undefined ? ownKey() : callersKey(idempotencyKey);
    const reply: NewReply = { source: 'api', key, parts, fingerprint, sentBy };
    const pause = takesOver ? await this.takeOver.pauseIn(account) : undefined;
    try {
      const queued = await this.transactions.run(async (session) => {
        const repeated = await this.findRepeated(session, request);
        if (repeated) return repeated;
        const dms = await this.outbox.queue(session, account, participantId, reply);
        // With what is queued, because a conversation may begin with it.
        if (pause) await this.conversations.pauseAgent(conversationIdOf(account._id, participantId), pause, session);
        return dms;
      });
      if (Array.isArray(queued)) {
        for (const dm of queued.slice(0, 1)) await this.audit.record({ action: 'message.sent', ...aboutDm(dm) });
        return { parts: queued };
      }
      return { parts: await this.requested.findReply(account._id, replyKeyOf(queued.send_key ?? '')), repeats: true };
    } catch (error) {
      // The same key came twice at once, and the other one was first.
      const known = (error as { code?: unknown }).code === 11000 ? await this.findKnown(request) : undefined;
      if (known) return { parts: known };
      throw error;
    }
  }

  /**
   * Asked within the transaction that queues: of two requests at once one changes the conversation first, and the other
   * begins anew and finds it.
   */
  private async findRepeated(session: ClientSession, request: Request): Promise<DmRecord | null> {
    const { account, participantId, fingerprint, idempotencyKey } = request;
    if (idempotencyKey !== undefined) return null;
    const since = new Date(this.clock.now() - repeatWithinMs);
    const conversationId = conversationIdOf(account._id, participantId);
    return this.requested.findOpenRepeat(session, conversationId, fingerprint, since);
  }

  /** The messages it becomes. What is known not to go through is refused before anything is stored. */
  private async contentOf(account: AccountSummary, dto: SendDmDto, textField?: string): Promise<NewOutbound[]> {
    refuseUnusable(account);
    const adapter = this.channels.get(account.channel);
    const parts = dto.template
      ? [await this.fromTemplate(account, dto.recipient_id, dto.template)]
      : partsOf(dto, adapter.outbound);
    refuseBeyondLimits(dto, parts, adapter, textField);
    await this.refuseEarly(account, dto, adapter);
    return parts;
  }

  private async fromTemplate(
    account: AccountSummary,
    recipientId: string,
    asked: SendTemplateDto,
  ): Promise<NewOutbound> {
    const { text, template } = await this.templates.prepare(account, asked);
    const id = conversationIdOf(account._id, recipientId);
    if (isUnwanted({ template }, await this.conversations.getById(id))) throw new OptedOutError();
    return { text, outbound: { template } };
  }

  private async refuseEarly(account: AccountSummary, dto: SendDmDto, adapter: ChannelAdapter): Promise<void> {
    if (dto.tag === 'HUMAN_AGENT' && !account.human_agent_allowed) throw new HumanAgentNotAllowedError();
    if (dto.template) return;
    const { capabilities, templates } = adapter;
    const conversation = await this.conversations.getById(conversationIdOf(account._id, dto.recipient_id));
    const message = { source: 'api', recipient_id: dto.recipient_id, outbound: { tag: dto.tag } } as const;
    if (isOutsideWindow(message, conversation?.last_inbound_at, this.clock.now(), capabilities))
      throw new OutsideWindowError(undefined, templates && 'template');
  }
}

function refuseUnusable({ _id, status }: AccountSummary): void {
  if (status === 'needs_reauth') throw new AccountNotUsableError('account_needs_reauth', _id);
  if (status === 'disabled') throw new AccountNotUsableError('account_disabled', _id);
}
