import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import type { AgentSettings } from '../../accounts/index.js';
import { AgentUsageRepository, type Wanted } from './agent-usage.repository.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** One conversation may use so much of its account's day, so that one person can't silence it for all. */
export const conversationShare = 0.2;
/** The fallback is not told twice within this time. */
const fallbackPauseMs = 30 * 60_000;

/** Answers that the model may be paid for without one of them reaching whoever wrote the message. */
const answersPerMessage = 5;

export type BudgetReason = 'budget_conversation_hour' | 'budget_conversation_day' | 'budget_account_day';
/** Why there is no reservation; `answers_of_message`: the model was paid for often enough for one message. */
type Refusal = BudgetReason | 'answers_of_message';

/** What a call to the model holds of its budgets until its real cost is known. */
export interface Reservation {
  granted: true;
  /** Takes more of the tokens, for one more call on the way to the same answer. @returns whether there are so many */
  extend(tokens: number): Promise<boolean>;
  /**
   * The real cost; 0 when the call never happened.
   * @param answered whether the model answered; where it did not, asking it about the same message again is free
   */
  settle(tokens: number, answered?: boolean): Promise<void>;
}

/** What a call is made for, beside the account and the conversation. */
export interface Purpose {
  /** The last message that is answered. */
  messageId?: string;
}

export type BudgetAnswer = Reservation | { granted: false; reason: Refusal };

interface Counter extends Wanted {
  reason: Refusal;
  /** Tokens are corrected afterwards; a call is given back when it cost nothing, an answer when there was none. */
  counts: 'tokens' | 'calls' | 'answers';
}

/**
 * Hard limits on what the model may cost, per conversation and hour, conversation and day, account and day. Each is
 * reserved before the call, so that many calls at once can't pass a limit together. Windows are of UTC.
 */
@Injectable()
export class AgentBudgets {
  constructor(
    private readonly usage: AgentUsageRepository,
    private readonly clock: Clock,
  ) {}

  /** @param conversationId left out for a preview, which belongs to none */
  async reserve(
    accountId: string,
    conversationId: string | undefined,
    settings: Pick<AgentSettings, 'daily_token_budget' | 'replies_per_conversation_hour'>,
    tokens: number,
    purpose: Purpose = {},
  ): Promise<BudgetAnswer> {
    const counters = this.countersFor(accountId, conversationId, settings, tokens, purpose);
    const refused = await this.take(counters);
    if (refused) return { granted: false, reason: refused };
    let reserved = tokens;
    return {
      granted: true,
      extend: async (more) => {
        const ofTokens = counters.filter(({ counts }) => counts === 'tokens');
        if (await this.take(ofTokens.map((counter) => ({ ...counter, amount: more })))) return false;
        reserved += more;
        return true;
      },
      settle: (used, answered = used > 0) => this.settle(counters, reserved, used, answered),
    };
  }

  /** All of them or none. @returns why not */
  private async take(counters: Counter[]): Promise<Refusal | undefined> {
    const taken = await this.usage.reserve(counters);
    const refused = counters.find((_, index) => !taken[index]);
    if (!refused) return undefined;
    const held = counters.filter((_, index) => taken[index]);
    await this.usage.adjust(held.map(({ key, amount }) => ({ key, by: -amount })));
    return refused.reason;
  }

  /**
   * Which budget has nothing left, without taking of any: cheaper than asking for a reservation that is refused.
   * @param limits read beside the counters, whose names don't depend on them
   */
  async spent(
    accountId: string,
    conversationId: string,
    limits: Promise<Pick<AgentSettings, 'daily_token_budget' | 'replies_per_conversation_hour'>>,
  ): Promise<BudgetReason | undefined> {
    const unlimited = { daily_token_budget: Infinity, replies_per_conversation_hour: Infinity };
    const keys = this.countersFor(accountId, conversationId, unlimited, 1).map(({ key }) => key);
    const [amounts, settings] = await Promise.all([this.usage.amountsOf(keys), limits]);
    const counters = this.countersFor(accountId, conversationId, settings, 1);
    const reason = counters.find(({ key, limit }) => (amounts.get(key) ?? 0) >= limit)?.reason;
    return reason === 'answers_of_message' ? undefined : reason;
  }

  async mayTellFallback(conversationId: string): Promise<boolean> {
    return !(await this.usage.isMarked(fallbackKey(conversationId), this.clock.date()));
  }

  async noteFallback(session: ClientSession, conversationId: string): Promise<void> {
    await this.usage.mark(session, fallbackKey(conversationId), new Date(this.clock.now() + fallbackPauseMs));
  }

  private async settle(counters: Counter[], reserved: number, used: number, answered: boolean): Promise<void> {
    const corrections = counters.map(({ key, amount, counts }) => {
      if (counts === 'tokens') return { key, by: used - reserved };
      const wasUsed = counts === 'calls' ? used > 0 : answered;
      return { key, by: wasUsed ? 0 : -amount };
    });
    await this.usage.adjust(corrections);
  }

  private countersFor(
    accountId: string,
    conversationId: string | undefined,
    settings: Pick<AgentSettings, 'daily_token_budget' | 'replies_per_conversation_hour'>,
    tokens: number,
    { messageId }: Purpose = {},
  ): Counter[] {
    const now = this.clock.now();
    const day = Math.floor(now / dayMs);
    const hour = Math.floor(now / hourMs);
    const dayEnds = new Date((day + 1) * dayMs);
    const { daily_token_budget: budget, replies_per_conversation_hour: replies } = settings;
    const account: Counter = {
      key: `tokens:account:${accountId}:${day}`,
      amount: tokens,
      limit: budget,
      expiresAt: dayEnds,
      reason: 'budget_account_day',
      counts: 'tokens',
    };
    if (conversationId === undefined) return [account];
    const calls = {
      key: `calls:conversation:${conversationId}:${hour}`,
      amount: 1,
      limit: replies,
      expiresAt: new Date((hour + 1) * hourMs),
      reason: 'budget_conversation_hour',
      counts: 'calls',
    } as const;
    const share = Math.floor(budget * conversationShare);
    const conversation = {
      ...account,
      key: `tokens:conversation:${conversationId}:${day}`,
      limit: share,
      reason: 'budget_conversation_day',
    } as const;
    const answers = {
      key: `answers:message:${messageId}`,
      amount: 1,
      limit: answersPerMessage,
      expiresAt: new Date(now + 2 * dayMs),
      reason: 'answers_of_message',
      counts: 'answers',
    } as const;
    return [calls, conversation, account, ...(messageId === undefined ? [] : [answers])];
  }
}

function fallbackKey(conversationId: string): string {
  return `fallback:conversation:${conversationId}`;
}
