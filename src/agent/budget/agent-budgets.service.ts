import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import type { AgentSettings } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import { BudgetAlertsService } from './budget-alerts.service.js';
import { ModelPricesService } from './model-prices.service.js';
import { AgentUsageRepository, type Wanted } from './agent-usage.repository.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** One conversation may use so much of its account's day, so that one person can't silence it for all. */
export const conversationShare = 0.2;
/** The fallback is not told twice within this time. */
const fallbackPauseMs = 30 * 60_000;

/** US dollars for a million tokens of a model whose price nobody said. */
const unknownPrice = 10;

/** Answers that the model may be paid for without one of them reaching whoever wrote the message. */
const answersPerMessage = 5;

/** An account's own; its people are told when they are nearly used up. */
const accountBudgets = ['budget_account_day', 'budget_account_cost_day', 'budget_account_cost_month'] as const;
type AccountBudget = (typeof accountBudgets)[number];

export type BudgetReason =
  AccountBudget | 'budget_conversation_hour' | 'budget_conversation_day' | 'budget_tenant_day' | 'budget_server_day';

/** Why there is no reservation; `answers_of_message`: the model was paid for often enough for one message. */
type Refusal = BudgetReason | 'answers_of_message';

/** What a call to the model holds of its budgets until its real cost is known. */
export interface Reservation {
  granted: true;
  /**
   * Takes more of the tokens, for one more call on the way to the same answer.
   * @param outputTokens those of them that the model may write
   * @returns whether there are so many
   */
  extend(tokens: number, outputTokens?: number): Promise<boolean>;
  /**
   * The real cost; 0 when the call never happened.
   * @param costMicros what that is in money; reckoned from the tokens when left out
   * @param answered whether the model answered; where it did not, asking it about the same message again is free
   */
  settle(tokens: number, answered?: boolean, costMicros?: number): Promise<void>;
}

/** What a call is made for, beside the account and the conversation. */
export interface Purpose {
  /** The last message that is answered. */
  messageId?: string;
  /** The tenant it is for. */
  userId?: string;
  /** Tokens of the reservation that the model may write: they cost more than what it reads. */
  outputTokens?: number;
}

/** What of an account's settings limits it. */
export type Limits = Pick<AgentSettings, 'daily_token_budget' | 'replies_per_conversation_hour'> &
  Partial<Pick<AgentSettings, 'daily_budget' | 'monthly_budget' | 'model'>>;

export type BudgetResult = Reservation | { granted: false; reason: Refusal };

interface Spent {
  tokens: number;
  /** Micro-dollars. */
  money: number;
}

interface Counter extends Wanted {
  reason: Refusal;
  /** Tokens and money are corrected afterwards; a call is given back when it cost nothing, an answer when there was none. */
  counts: 'tokens' | 'money' | 'calls' | 'answers';
}

/**
 * Hard limits on what the model may cost, per conversation and hour, conversation and day, account and day, and what the
 * operator of the server allows each tenant and all of them a day. Each is
 * reserved before the call, so that many calls at once can't pass a limit together. Windows are of UTC.
 */
@Injectable()
export class AgentBudgetsService {
  constructor(
    private readonly usage: AgentUsageRepository,
    private readonly prices: ModelPricesService,
    private readonly alerts: BudgetAlertsService,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** @param conversationId left out for a preview, which belongs to none */
  async reserve(
    accountId: string,
    conversationId: string | undefined,
    settings: Limits,
    tokens: number,
    purpose: Purpose = {},
  ): Promise<BudgetResult> {
    const counters = this.countersFor(accountId, conversationId, settings, tokens, purpose);
    const refused = await this.take(counters);
    if (refused) return { granted: false, reason: refused };
    const reserved = { tokens, money: this.moneyFor(settings.model, tokens, purpose.outputTokens) };
    return {
      granted: true,
      extend: async (more, outputTokens) => {
        const amounts = { tokens: more, money: this.moneyFor(settings.model, more, outputTokens) };
        const wanted = counters.flatMap((counter) =>
          counter.counts === 'tokens' || counter.counts === 'money'
            ? [{ ...counter, amount: amounts[counter.counts] }]
            : [],
        );
        if (await this.take(wanted)) return false;
        reserved.tokens += amounts.tokens;
        reserved.money += amounts.money;
        return true;
      },
      settle: (used, answered = used > 0, money = used > 0 ? this.moneyFor(settings.model, used) : 0) =>
        this.settle(counters, reserved, { tokens: used, money }, answered),
    };
  }

  /** Micro-dollars. What nobody said the price of is taken to be dear, so that a limit in money holds for it, too. */
  private moneyFor(model: string | undefined, tokens: number, outputTokens = 0): number {
    const counts = { inputTokens: tokens - outputTokens, cachedTokens: 0, outputTokens };
    return this.prices.costOf(model ?? '', counts) ?? Math.ceil(tokens * unknownPrice);
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
    limits: Promise<Limits>,
    userId?: string,
  ): Promise<BudgetReason | undefined> {
    const unlimited = {
      ...{ daily_token_budget: Infinity, replies_per_conversation_hour: Infinity },
      ...{ daily_budget: Infinity, monthly_budget: Infinity },
    };
    const keys = this.countersFor(accountId, conversationId, unlimited, 1, { userId }).map(({ key }) => key);
    const [amounts, settings] = await Promise.all([this.usage.amountsOf(keys), limits]);
    const counters = this.countersFor(accountId, conversationId, settings, 1, { userId });
    const usedOf = ({ key }: Counter): number => amounts.get(key) ?? 0;
    const reason = counters.find((counter) => usedOf(counter) >= counter.limit)?.reason;
    const own = counters.filter((counter) => accountBudgets.some((each) => each === counter.reason));
    const shares = own.map((counter) => ({ reason: counter.reason, share: usedOf(counter) / counter.limit }));
    this.alerts.note(accountId, shares as { reason: AccountBudget; share: number }[]);
    return reason === 'answers_of_message' ? undefined : reason;
  }

  /** The operator's ceilings of which today's share is reached; without `userId`, that of all tenants. */
  async ceilingsAbove(share: number): Promise<{ userId?: string; used: number; limit: number }[]> {
    const { AGENT_DAILY_TOKEN_LIMIT: ofTenant, AGENT_DAILY_TOKEN_LIMIT_ALL: ofAll } = this.config;
    const day = dayOf(this.clock.now());
    const [before = '', after = ''] = ceilingKey(day, ' ').split(' ');
    const tenants = ofTenant > 0 ? await this.usage.above(before, after, ofTenant * share) : [];
    const used = ofAll > 0 ? ((await this.usage.amountsOf([ceilingKey(day)])).get(ceilingKey(day)) ?? 0) : 0;
    return [
      ...tenants.map(({ key, amount }) => {
        const userId = key.slice(before.length, key.length - after.length);
        return { userId, used: amount, limit: ofTenant };
      }),
      ...(ofAll > 0 && used >= ofAll * share ? [{ used, limit: ofAll }] : []),
    ];
  }

  async mayTellFallback(conversationId: string): Promise<boolean> {
    return !(await this.usage.isMarked(fallbackKey(conversationId), this.clock.date()));
  }

  async noteFallback(session: ClientSession, conversationId: string): Promise<void> {
    await this.usage.mark(session, fallbackKey(conversationId), new Date(this.clock.now() + fallbackPauseMs));
  }

  private async settle(counters: Counter[], reserved: Spent, used: Spent, answered: boolean): Promise<void> {
    const corrections = counters.map(({ key, amount, counts }) => {
      if (counts === 'tokens' || counts === 'money') return { key, by: used[counts] - reserved[counts] };
      const wasUsed = counts === 'calls' ? used.tokens > 0 : answered;
      return { key, by: wasUsed ? 0 : -amount };
    });
    await this.usage.adjust(corrections);
  }

  private countersFor(
    accountId: string,
    conversationId: string | undefined,
    settings: Limits,
    tokens: number,
    { messageId, userId, outputTokens }: Purpose = {},
  ): Counter[] {
    const now = this.clock.now();
    const day = dayOf(now);
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
    const ceilings = [
      ...this.moneyCounters(account, settings, this.moneyFor(settings.model, tokens, outputTokens)),
      ...this.ceilingsFor(account, day, userId),
    ];
    if (conversationId === undefined) return [account, ...ceilings];
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
    return [calls, conversation, account, ...ceilings, ...(messageId === undefined ? [] : [answers])];
  }

  /** What the account's owner allows in money; nothing is counted where nothing is limited. */
  private moneyCounters(
    { key, expiresAt }: Counter,
    { daily_budget, monthly_budget }: Limits,
    money: number,
  ): Counter[] {
    const now = this.clock.date();
    const accountId = key.split(':')[2] ?? '';
    const month = now.toISOString().slice(0, 7);
    const monthEnds = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
    const counters: Counter[] = [];
    const add = (limit: number | undefined, counter: Omit<Counter, 'amount' | 'limit' | 'counts'>): void => {
      if (limit !== undefined) counters.push({ ...counter, amount: money, limit: limit * 1_000_000, counts: 'money' });
    };
    const ofDay = `cost:account:${accountId}:${dayOf(now.getTime())}`;
    add(daily_budget, { key: ofDay, expiresAt, reason: 'budget_account_cost_day' });
    const ofMonth = `cost:account:${accountId}:${month}`;
    add(monthly_budget, { key: ofMonth, expiresAt: monthEnds, reason: 'budget_account_cost_month' });
    return counters;
  }

  /** What the operator allows; 0 is no ceiling. */
  private ceilingsFor(account: Counter, day: number, userId: string | undefined): Counter[] {
    const { AGENT_DAILY_TOKEN_LIMIT: ofTenant, AGENT_DAILY_TOKEN_LIMIT_ALL: ofAll } = this.config;
    const ceilings: Counter[] = [];
    if (userId !== undefined && ofTenant > 0)
      ceilings.push({ ...account, key: ceilingKey(day, userId), limit: ofTenant, reason: 'budget_tenant_day' });
    if (ofAll > 0) ceilings.push({ ...account, key: ceilingKey(day), limit: ofAll, reason: 'budget_server_day' });
    return ceilings;
  }
}

/** Counts what a tenant, or with none all of them, used on a day (of UTC, since 1970). */
export function ceilingKey(day: number, userId?: string): string {
  return userId === undefined ? `tokens:server:all:${day}` : `tokens:tenant:${userId}:${day}`;
}

export function dayOf(now: number): number {
  return Math.floor(now / dayMs);
}

function fallbackKey(conversationId: string): string {
  return `fallback:conversation:${conversationId}`;
}
