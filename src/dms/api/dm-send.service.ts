import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { splitText } from '#libs/graph-api';
import { AccountNotUsableError, AccountsService, type AccountSummary } from '../../accounts/index.js';
import type { TenantScope } from '../../auth/index.js';
import { conversationIdOf, ConversationsRepository } from '../../conversations/index.js';
import { TransactionsService } from '../../database/index.js';
import { InvalidRequestError } from '../../errors/index.js';
import { DmStoreRepository } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { OutboundRepository } from '../outbound/outbound.repository.js';
import { OutboxService, provisionalParticipant, type NewOutbound, type NewReply } from '../outbound/outbox.service.js';
import { isOutsideWindow } from '../outbound/send-window.js';
import { SenderService } from '../outbound/sender.service.js';
import type { PrivateReplyDto, SendDmDto } from './dms.dto.js';
import { OperatorTakeoverService } from './operator-takeover.service.js';
import { answerOf, isAnswerable, type KeptSendResponse } from './send-answer.js';
import { SendResponsesRepository } from './send-responses.repository.js';
import {
  HumanAgentNotAllowedError,
  IdempotencyKeyReusedError,
  IdempotencyKeyUsedError,
  OutsideWindowError,
} from './send.errors.js';

/** How long a request stays for Meta's answer. */
const patienceMs = 8_000;
const pollMs = 50;
const tryAgainMs = 500;
const maxTextBytes = 1_000;

interface Request {
  account: AccountSummary;
  participantId: string;
  parts: NewOutbound[];
  fingerprint: string;
  idempotencyKey?: string;
  /** Whoever writes takes the conversation over from the agent. */
  takesOver?: boolean;
}

/** Messages that people send through the API: queued like the agent's, then waited for. */
@Injectable()
export class DmSendService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(DmSendService.name);
  private stopping = false;

  constructor(
    private readonly accounts: AccountsService,
    private readonly conversations: ConversationsRepository,
    private readonly transactions: TransactionsService,
    private readonly outbox: OutboxService,
    private readonly outbound: OutboundRepository,
    private readonly store: DmStoreRepository,
    private readonly answers: SendResponsesRepository,
    private readonly sender: SenderService,
    private readonly takeOver: OperatorTakeoverService,
    private readonly clock: Clock,
  ) {}

  /** Requests that wait for Meta are answered at once (202, to be followed): they must not hold up a deploy. */
  beforeApplicationShutdown(): void {
    this.stopping = true;
  }

  /**
   * Sends, and answers when Meta has answered, or when it is known that this takes longer. The agent steps back from
   * the conversation.
   * @throws {OutsideWindowError | GraphRefusedError | NotSentError | AccountNotUsableError | IdempotencyKeyReusedError | IdempotencyKeyUsedError}
   */
  async send(scope: TenantScope, dto: SendDmDto, idempotencyKey?: string): Promise<KeptSendResponse> {
    const account = await this.accounts.getOwned(scope, dto.platform_account_id);
    const { platform_account_id: _account, ...asked } = dto;
    return this.once(
      {
        account,
        participantId: dto.recipient_id,
        parts: partsOf(dto),
        fingerprint: fingerprintOf('send', asked),
        idempotencyKey,
        takesOver: true,
      },
      () => this.refuseEarly(account, dto),
    );
  }

  async privateReply(scope: TenantScope, dto: PrivateReplyDto, idempotencyKey?: string): Promise<KeptSendResponse> {
    const account = await this.accounts.getOwned(scope, dto.platform_account_id);
    const { comment_id, message_text } = dto;
    if (Buffer.byteLength(message_text) > maxTextBytes)
      throw new InvalidRequestError('message_text: Meta takes one private reply of at most 1000 bytes', [
        { field: 'message_text', expected: 'at most 1000 bytes of UTF-8' },
      ]);
    return this.once(
      {
        account,
        participantId: provisionalParticipant(comment_id),
        parts: [{ text: message_text, outbound: { comment_id } }],
        fingerprint: fingerprintOf('private-reply', { comment_id, message_text }),
        idempotencyKey,
      },
      async () => refuseUnusable(account),
    );
  }

  /** The same key: the same DMs, and what they answered first, once that was final. */
  private async once(request: Request, check: () => Promise<void>): Promise<KeptSendResponse> {
    const known = await this.findKnown(request);
    if (known) return this.await(known);
    await check();
    return this.await(await this.queue(request));
  }

  private async findKnown({ account, idempotencyKey, fingerprint }: Request): Promise<DmRecord[] | undefined> {
    if (idempotencyKey === undefined) return undefined;
    const key = replyKeyFor(idempotencyKey);
    const parts = await this.outbound.findReply(account._id, key);
    // Asked for after the DMs: what is removed in between is found in one of the two places.
    const removed = await this.store.findRemovedSend(account._id, key);
    const known = parts[0]?.send_fingerprint ?? removed;
    if (known === undefined) return undefined;
    if (known !== fingerprint) throw new IdempotencyKeyReusedError();
    if (removed !== undefined) throw new IdempotencyKeyUsedError();
    return parts;
  }

  private async queue(request: Request): Promise<DmRecord[]> {
    const { account, participantId, parts, fingerprint, idempotencyKey, takesOver } = request;
    const key = replyKeyFor(idempotencyKey ?? randomUUID());
    // Only a key of the caller's can come again: its DMs are told by their fingerprint.
    const reply: NewReply = { source: 'api', key, parts, ...(idempotencyKey === undefined ? {} : { fingerprint }) };
    const pause = takesOver ? await this.takeOver.pauseIn(account) : undefined;
    try {
      return await this.transactions.run(async (session) => {
        const dms = await this.outbox.queue(session, account, participantId, reply);
        // With what is queued, because a conversation may begin with it.
        if (pause) await this.conversations.pauseAgent(conversationIdOf(account._id, participantId), pause, session);
        return dms;
      });
    } catch (error) {
      // The same key came twice at once, and the other one was first.
      const known = (error as { code?: unknown }).code === 11000 ? await this.findKnown(request) : undefined;
      if (known) return known;
      throw error;
    }
  }

  /** What is known not to go through is refused before anything is stored. */
  private async refuseEarly(account: AccountSummary, dto: SendDmDto): Promise<void> {
    refuseUnusable(account);
    if (dto.tag === 'HUMAN_AGENT' && !account.human_agent_allowed) throw new HumanAgentNotAllowedError();
    const conversation = await this.conversations.getById(conversationIdOf(account._id, dto.recipient_id));
    const message = { source: 'api', recipient_id: dto.recipient_id, outbound: { tag: dto.tag } } as const;
    if (isOutsideWindow(message, conversation?.last_inbound_at, this.clock.now())) throw new OutsideWindowError();
  }

  /** Sends from this very process unless another holds the conversation; what answers is the state in the store. */
  private async await(queued: DmRecord[]): Promise<KeptSendResponse> {
    const ids = queued.map((dm) => dm._id);
    const stopAt = performance.now() + patienceMs;
    const deadlineMs = this.clock.now() + patienceMs;
    let parts = queued;
    let sending: Promise<void> | undefined;
    let triedAt = -Infinity;
    while (!this.stopping && !isAnswerable(parts, deadlineMs) && performance.now() < stopAt) {
      const steps = [delay(pollMs)];
      // Who finds that another process has the conversation is done at once: that one may take its time.
      if (this.isDue(parts) && performance.now() - triedAt >= tryAgainMs) {
        triedAt = performance.now();
        sending ??= this.sendNow(parts).finally(() => (sending = undefined));
        steps.push(sending);
      }
      await Promise.race(steps);
      parts = await this.outbound.findByIds(ids);
    }
    return answerOf(await this.answers.keep(parts));
  }

  private isDue(parts: DmRecord[]): boolean {
    return parts.some(
      ({ status, held_reason, next_attempt_at }) =>
        status === 'queued' && (held_reason === undefined || (next_attempt_at?.getTime() ?? 0) <= this.clock.now()),
    );
  }

  private async sendNow([first]: DmRecord[]): Promise<void> {
    if (!first) return;
    const conversationId = first.conversation_id;
    try {
      await this.sender.sendConversation(conversationId);
    } catch (error) {
      this.logger.warn({
        msg: 'sending at once failed; the sweep takes over',
        conversation_id: conversationId,
        err: error,
      });
    }
  }
}

function partsOf({ message_text, attachment, quick_replies, reply_to, tag }: SendDmDto): NewOutbound[] {
  const url = attachment?.url ?? attachment?.payload?.url;
  const { is_reusable } = attachment?.payload ?? {};
  const reusable = is_reusable === undefined ? {} : { is_reusable };
  const contents: NewOutbound[] = [
    ...(attachment && url ? [{ outbound: { attachment: { type: attachment.type, url, ...reusable } } }] : []),
    ...(message_text === undefined ? [] : splitText(message_text, maxTextBytes).map((text) => ({ text }))),
  ];
  return contents.map(({ text, outbound }, index) => ({
    text,
    outbound: {
      ...outbound,
      ...(tag ? { tag } : {}),
      ...(reply_to && index === 0 ? { reply_to_mid: reply_to.mid } : {}),
      // Instagram shows the choices under the last message only.
      ...(quick_replies && index === contents.length - 1
        ? { quick_replies: quick_replies.map(({ title, payload }) => ({ title, payload })) }
        : {}),
    },
  }));
}

function refuseUnusable({ _id, status }: AccountSummary): void {
  if (status === 'needs_reauth') throw new AccountNotUsableError('account_needs_reauth', _id);
  if (status === 'disabled') throw new AccountNotUsableError('account_disabled', _id);
}

function replyKeyFor(idempotencyKey: string): string {
  return `api:${idempotencyKey}`;
}

function fingerprintOf(route: string, asked: object): string {
  return createHash('sha256')
    .update(JSON.stringify([route, asked], inOrder))
    .digest('hex');
}

/** A JSON replacer: the same object gives the same text, in whatever order its client wrote the fields. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
