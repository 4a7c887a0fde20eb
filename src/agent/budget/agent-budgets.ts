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

export type BudgetReason = 'budget_conversation_hour' | 'budget_conversation_day' | 'budget_account_day';

/** What a call to the model holds of its budgets until its real cost is known. */
export interface Reservation {
  granted: true;
  /** The real cost; 0 when the call never happened. */
  settle(tokens: number): Promise<void>;
}

export type BudgetAnswer = Reservation | { granted: false; reason: BudgetReason };

interface Counter extends Wanted {
  reason: BudgetReason;
  /** Counts tokens, which are corrected; the others count calls. */
  tokens: boolean;
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
  ): Promise<BudgetAnswer> {
    const counters = this.countersFor(accountId, conversationId, settings, tokens);
    const taken = await this.usage.reserve(counters);
    const refused = counters.find((_, index) => !taken[index]);
    if (!refused) return { granted: true, settle: (used) => this.settle(counters, tokens, used) };
    const held = counters.filter((_, index) => taken[index]);
    await this.usage.adjust(held.map(({ key, amount }) => ({ key, by: -amount })));
    return { granted: false, reason: refused.reason };
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
    return counters.find(({ key, limit }) => (amounts.get(key) ?? 0) >= limit)?.reason;
  }

  async mayTellFallback(conversationId: string): Promise<boolean> {
    return !(await this.usage.isMarked(fallbackKey(conversationId), this.clock.date()));
  }

  async noteFallback(session: ClientSession, conversationId: string): Promise<void> {
    await this.usage.mark(session, fallbackKey(conversationId), new Date(this.clock.now() + fallbackPauseMs));
  }

  private async settle(counters: Counter[], reserved: number, used: number): Promise<void> {
    const corrections = counters.map(({ key, amount, tokens }) => {
      const unused = used === 0 ? -amount : 0;
      return { key, by: tokens ? used - reserved : unused };
    });
    await this.usage.adjust(corrections);
  }

  private countersFor(
    accountId: string,
    conversationId: string | undefined,
    settings: Pick<AgentSettings, 'daily_token_budget' | 'replies_per_conversation_hour'>,
    tokens: number,
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
      tokens: true,
    };
    if (conversationId === undefined) return [account];
    const calls = {
      key: `calls:conversation:${conversationId}:${hour}`,
      amount: 1,
      limit: replies,
      expiresAt: new Date((hour + 1) * hourMs),
      reason: 'budget_conversation_hour',
      tokens: false,
    } as const;
    const share = Math.floor(budget * conversationShare);
    const conversation = {
      ...account,
      key: `tokens:conversation:${conversationId}:${day}`,
      limit: share,
      reason: 'budget_conversation_day',
    } as const;
    return [calls, conversation, account];
  }
}

function fallbackKey(conversationId: string): string {
  return `fallback:conversation:${conversationId}`;
}
