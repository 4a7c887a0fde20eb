import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import {
  AccountDirectoryService,
  UserSettingsService,
  type AccountSummary,
  type AgentSettings,
} from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import { AppConfig } from '../../config/index.js';
import { ConversationsRepository, type Conversation } from '../../conversations/index.js';
import { DmsRepository, PendingHintsService, type Dm } from '../../dms/index.js';
import { BlocklistService } from '../../blocklist/index.js';
import { metrics } from '../../observability/index.js';
import { JobQueueService, type JobExtras } from '../../queue/index.js';
import { AgentBudgetsService, type BudgetReason } from '../budget/agent-budgets.service.js';
import { AnswerChecksService, type SkipReason } from './answer-checks.service.js';
import { modeIn } from './agent-mode.js';
import { maxQuickExchanges } from './ping-pong.js';

/** What whoever has just stored a message knows. */
export type StoredNotice = JobExtras['answer-conversation'];

/** The same, where the conversation is being claimed. */
interface ClaimedNews extends StoredNotice {
  /** `undefined` when another has it. */
  conversation: Promise<Conversation | undefined>;
}

/** At most this many messages of a conversation are answered at once. */
export const maxOpen = 500;

/** All that one reply is made from. */
export interface AnswerInput {
  conversation: Conversation;
  account: AccountSummary;
  settings: AgentSettings;
  /** Oldest first. */
  open: Dm[];
  /** Newest first. */
  history: Dm[];
  /** All of this was read since this revision of the conversation: while it stands still, so does what is open. */
  revision?: number;
  /** The budget that is used up: a person goes on, and the model is not asked. */
  spent?: BudgetReason;
}

export type AnswerDecision =
  | { kind: 'answer'; answerInput: AnswerInput }
  /** More may be coming. */
  | { kind: 'quiet'; waitMs: number }
  /** It was put off, or there is nothing left to answer. */
  | { kind: 'none' };

/** Enough to see two machines talking. */
const minHistory = maxQuickExchanges * 2 + 5;
/** Read before it is known how much is wanted; by default that is less. */
const usualHistory = 64;
/** Waits up to this long get a job; longer ones are the sweep's. */
const hintWithinMs = 30_000;
const reconnectMs = 60_000;
/** Somebody who never stops typing is answered all the same. */
const longestWaitMs = (quietMs: number): number => Math.max(15_000, quietMs * 6);

/**
 * The open messages of a conversation: whether they may be answered, and their end when not. Closing them needs no
 * lease: it only touches what is still pending, and a flood that gets no answer must not cost one.
 */
@Injectable()
export class OpenMessagesService {
  private readonly logger = new Logger(OpenMessagesService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly channels: ChannelsService,
    private readonly clock: Clock,
    private readonly dms: DmsRepository,
    private readonly conversations: ConversationsRepository,
    private readonly accounts: AccountDirectoryService,
    private readonly userSettings: UserSettingsService,
    private readonly checks: AnswerChecksService,
    private readonly blocklist: BlocklistService,
    private readonly budgets: AgentBudgetsService,
    private readonly pendingHints: PendingHintsService,
    private readonly queue: JobQueueService,
  ) {}

  /**
   * Looks at what is open, and closes or puts off what is not to be answered now.
   * @param news who talks there, where the caller knows: one step of waiting less
   */
  async look(conversationId: string, news?: ClaimedNews): Promise<AnswerDecision> {
    const read = () => this.conversations.getById(conversationId);
    const [conversation, pending, recent, earlyRules] = await Promise.all([
      news ? news.conversation.then((claimed) => claimed ?? read()) : read(),
      this.dms.pending(conversationId, maxOpen),
      this.dms.history(conversationId, { limit: usualHistory }),
      news && this.rulesFor(conversationId, news),
    ]);
    const open = await this.withoutUnanswerable(pending);
    const [first] = open;
    if (!first) return { kind: 'none' };
    const { platform_account_id: account_id, sender_id: participant_id } = first;
    const rules = earlyRules ?? (await this.rulesFor(conversationId, { account_id, participant_id }));
    const { account, settings, blocked, spent } = rules;
    const waitMs = this.quietLeftMs(open, settings?.quiet_ms ?? this.config.AGENT_QUIET_MS);
    if (waitMs > 0) return { kind: 'quiet', waitMs };
    const off = this.checks.switchedOff(account, settings);
    if (off !== undefined || !account || !settings || !conversation) return this.skip(open, off ?? 'account_gone');
    const limit = Math.max(settings.history, minHistory) + open.length;
    const history = limit <= usualHistory ? recent : await this.dms.history(conversationId, { limit });
    const reason = this.checks.conversationReason(conversation, {
      ...{ blocked, history, mode: modeIn(settings, conversationId) },
    });
    if (reason) return this.skip(open, reason);
    if (account.status === 'needs_reauth') return this.putOff(open, reconnectMs);
    const revision = news?.revision;
    return { kind: 'answer', answerInput: { conversation, account, settings, open, history, revision, spent } };
  }

  async isAnyOpen(conversationId: string): Promise<boolean> {
    return (await this.dms.pending(conversationId, 1)).length > 0;
  }

  /** Whether exactly these messages are still open, and say the same. */
  async isCurrent({ conversation, open }: AnswerInput): Promise<boolean> {
    return isStillOpen(open, await this.dms.pending(conversation._id, maxOpen));
  }

  /** What its owner wants of the agent now, and what is left to spend. */
  private async rulesFor(
    conversationId: string,
    { account_id, participant_id }: Pick<StoredNotice, 'account_id' | 'participant_id'>,
  ) {
    const account = await this.accounts.get(account_id);
    if (!account) return { account, settings: null, blocked: false, spent: undefined };
    const wanted = this.userSettings.agentSettings(account);
    const [settings, blocked, spent] = await Promise.all([
      wanted,
      this.blocklist.isBlocked(account, participant_id),
      this.budgets.spent(account._id, conversationId, wanted, account.user_id),
    ]);
    return { account, settings, blocked, spent };
  }

  /** They get no answer. */
  async skip(dms: readonly Dm[], reason: SkipReason): Promise<{ kind: 'none' }> {
    await this.dms.markSkipped(
      dms.map(({ _id }) => _id),
      reason,
    );
    this.countSkips(dms, reason);
    await this.takeOffQueue(dms);
    return { kind: 'none' };
  }

  /** They stay pending. The sweep finds them again; for a short wait a job is there sooner. */
  async putOff(dms: readonly Dm[], waitMs: number): Promise<{ kind: 'none' }> {
    const [first] = dms;
    await this.dms.deferPending(
      dms.map(({ _id }) => _id),
      new Date(this.clock.now() + waitMs),
    );
    if (first && waitMs <= hintWithinMs)
      await this.queue.add('answer-conversation', { conversation_id: first.conversation_id }, { delayMs: waitMs });
    return { kind: 'none' };
  }

  countSkips(dms: readonly Dm[], reason: string): void {
    metrics.agentSkips.inc({ reason }, dms.length);
    this.logger.debug({ msg: 'not answered', reason, count: dms.length });
  }

  /** Off the conversation's queue in Redis, which only points to what is pending. */
  async takeOffQueue(dms: readonly Dm[]): Promise<void> {
    const [first] = dms;
    if (!first) return;
    const ids = dms.map(({ _id }) => _id);
    const channel = first.platform ?? this.channels.first.channel;
    await this.pendingHints.remove({ channel, externalId: first.ig_id, participantId: first.sender_id }, ids);
  }

  private async withoutUnanswerable(pending: Dm[]): Promise<Dm[]> {
    const byReason = new Map<SkipReason, Dm[]>();
    const open: Dm[] = [];
    for (const dm of pending) {
      const reason = this.checks.messageReason(dm);
      if (reason) byReason.set(reason, [...(byReason.get(reason) ?? []), dm]);
      else open.push(dm);
    }
    for (const [reason, dms] of byReason) await this.skip(dms, reason);
    return open;
  }

  /** Time until the burst counts as over: a while of silence, or too long a wait already. */
  private quietLeftMs(open: readonly Dm[], quietMs: number): number {
    const storedAt = open.map((dm) => dm.created_at.getTime());
    const endsAt = Math.min(Math.max(...storedAt) + quietMs, Math.min(...storedAt) + longestWaitMs(quietMs));
    return Math.max(0, endsAt - this.clock.now());
  }
}

/**
 * Whether the messages that are being answered still stand, as they were read.
 * @param othersMayWait more may have come
 */
export function isStillOpen(open: readonly Dm[], pending: readonly Dm[], othersMayWait = false): boolean {
  const now = new Map(pending.map((dm) => [dm._id, contentOf(dm)]));
  return open.every((dm) => now.get(dm._id) === contentOf(dm)) && (othersMayWait || pending.length === open.length);
}

function contentOf({ text, attachments, postback, edits }: Dm): string {
  return JSON.stringify([text, attachments.map(({ type, url }) => [type, url]), postback, edits.length]);
}
