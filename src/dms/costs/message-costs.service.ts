import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountsService } from '../../accounts/index.js';
import type { TenantScope } from '../../auth/index.js';
import { InvalidRequestError } from '../../errors/index.js';
import type { MessageCostDayView, MessageCostsQuery, MessageCostsView } from './message-costs.dto.js';
import { MessageCostsRepository, type CountedCost } from './message-costs.repository.js';

const dayMs = 86_400_000;
const usualDays = 30;
const mostDays = 366;

/** What an account's messages are billed as, by day. */
@Injectable()
export class MessageCostsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly costs: MessageCostsRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws {NotFoundError} @throws {InvalidRequestError} days out of order, or too many */
  async of(scope: TenantScope, query: MessageCostsQuery): Promise<MessageCostsView> {
    const [from, to] = this.daysOf(query);
    const { _id } = await this.accounts.getOwnedForReading(scope, query.account_id);
    const days = byDay(await this.costs.ofDays(_id, [from, to]));
    const sum = (name: 'billed' | 'free') => days.reduce((all, day) => all + day[name], 0);
    return { account_id: _id, from, to, billed: sum('billed'), free: sum('free'), days };
  }

  private daysOf({ from, to }: MessageCostsQuery): [string, string] {
    const last = to ?? this.clock.date().toISOString().slice(0, 10);
    const lastMs = Date.parse(`${last}T00:00:00Z`);
    const first = from ?? new Date(lastMs - (usualDays - 1) * dayMs).toISOString().slice(0, 10);
    const days = (lastMs - Date.parse(`${first}T00:00:00Z`)) / dayMs + 1;
    if (days >= 1 && days <= mostDays) return [first, last];
    const expected = days < 1 ? 'a day that is not behind to' : `at most ${mostDays} days`;
    throw new InvalidRequestError(`from: expected ${expected}`, [{ field: 'from', expected }]);
  }
}

function byDay(counted: readonly CountedCost[]): MessageCostDayView[] {
  const days = new Map<string, MessageCostDayView>();
  for (const { day, ...kind } of counted) {
    const view = days.get(day) ?? { day, billed: 0, free: 0, kinds: [] };
    view[kind.billable ? 'billed' : 'free'] += kind.messages;
    view.kinds.push(kind);
    days.set(day, view);
  }
  return [...days.values()];
}
