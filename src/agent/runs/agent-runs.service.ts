import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountsService, UserSettingsService } from '../../accounts/index.js';
import { scopeOf, type Principal, type TenantScope } from '../../auth/index.js';
import { InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { dayIn } from '../context/local-time.js';
import { dayAfter, daysBetween, startOfDay } from './calendar-days.js';
import { runView } from './agent-run.view.js';
import type { AgentRunView, AgentUsageQuery, AgentUsageView, RateRunDto } from './agent-runs.dto.js';
import { AgentRunsRepository, runDays } from './agent-runs.repository.js';
import { usageFigures } from './usage-figures.js';

const usualDays = 7;

/** Why the agent said what it said, and what it did and cost a day. */
@Injectable()
export class AgentRunsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly settings: UserSettingsService,
    private readonly runs: AgentRunsRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws {NotFoundError} no such DM, another tenant's, or none of the agent's of the last 30 days */
  async ofDm(scope: TenantScope, dmId: string): Promise<AgentRunView> {
    const run = await this.runs.findOfDm(scope, dmId);
    if (!run) throw noRun();
    return runView(run);
  }

  /** The latest word holds, whoever says it. @throws {NotFoundError} as {@link ofDm} */
  async rate(caller: Principal, dmId: string, { rating, note }: RateRunDto): Promise<AgentRunView> {
    const said = { rating, ...(note === undefined ? {} : { note }), by: caller.actor, at: this.clock.date() };
    const run = await this.runs.rate(scopeOf(caller), dmId, said);
    if (!run) throw noRun();
    return runView(run);
  }

  /**
   * @throws {NotFoundError} no such account, or another tenant's
   * @throws {InvalidRequestError} the days are in the wrong order, or too many
   */
  async usage(scope: TenantScope, accountId: string, asked: AgentUsageQuery): Promise<AgentUsageView> {
    const account = await this.accounts.getOwned(scope, accountId);
    const { timezone } = await this.settings.agentSettings(account);
    const last = asked.until ?? dayIn(timezone, this.clock.date());
    const first = asked.since ?? daysBefore(last, usualDays - 1);
    refuseOddDays(first, last);
    const period = { since: startOfDay(first, timezone), until: startOfDay(dayAfter(last), timezone), timezone };
    const [rows, latencies, missing] = await Promise.all([
      this.runs.usage(account._id, period),
      this.runs.latencies(account._id, period),
      this.runs.missing(account._id, period),
    ]);
    const of = <T extends { day: string }>(all: T[], day: string): T[] => all.filter((one) => one.day === day);
    return {
      ...{ account_id: account._id, timezone, currency: 'USD' },
      days: daysBetween(first, last).map((day) => ({
        day,
        ...usageFigures(of(rows, day), of(latencies, day), of(missing, day)),
      })),
      total: usageFigures(rows, latencies, missing),
    };
  }
}

function noRun(): NotFoundError {
  return new NotFoundError(`There is no run of this DM; they are kept for ${runDays} days.`);
}

function daysBefore(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - count * 24 * 3_600_000).toISOString().slice(0, 10);
}

function refuseOddDays(first: string, last: string): void {
  const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).toJSON()?.slice(0, 10) === day;
  for (const [field, day] of Object.entries({ since: first, until: last }))
    if (!isDay(day)) throw new InvalidRequestError(`${field}: there is no ${day}.`, [{ field, expected: 'a day' }]);
  if (first > last)
    throw new InvalidRequestError('since: it is after until.', [{ field: 'since', expected: `at most ${last}` }]);
  if (first < daysBefore(last, 92))
    throw new InvalidRequestError('since: at most 93 days at once.', [
      { field: 'since', expected: `at least ${daysBefore(last, 92)}` },
    ]);
}
