import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AlertsService, type AlertKind } from '../../accounts/index.js';

type Level = 'fine' | 'near' | 'spent';
type Budget = 'budget_account_day' | 'budget_account_cost_day' | 'budget_account_cost_month';

/** Time enough to raise the budget, or to tell people that they will be asked. */
const near = 0.8;
const settings: Record<Budget, [whose: string, setting: string]> = {
  budget_account_day: ['tokens of today', 'daily_token_budget'],
  budget_account_cost_day: ['budget of today', 'daily_budget'],
  budget_account_cost_month: ['budget of this month', 'monthly_budget'],
};

/** Tells an account's people that its agent's budget is nearly used up, and once more when it is. */
@Injectable()
export class BudgetAlertsService {
  private readonly logger = new Logger(BudgetAlertsService.name);
  /** What this process has told; what another raised or cleared it finds out once. */
  private readonly told = new LRUCache<string, Level>({ max: 10_000 });

  constructor(private readonly alerts: AlertsService) {}

  /** Not awaited: no customer waits for it. */
  note(accountId: string, shares: readonly { reason: Budget; share: number }[]): void {
    const most = shares.reduce((one, other) => (other.share > one.share ? other : one), {
      reason: 'budget_account_day',
      share: 0,
    });
    const level = most.share >= 1 ? 'spent' : most.share >= near ? 'near' : 'fine';
    if (this.told.get(accountId) === level) return;
    this.told.set(accountId, level);
    this.tell(accountId, level, most.reason).catch((error: unknown) => {
      this.told.delete(accountId);
      this.logger.warn({ msg: 'an alert about a budget was not written', account_id: accountId, err: error });
    });
  }

  private async tell(accountId: string, level: Level, reason: Budget): Promise<void> {
    const [whose, setting] = settings[reason];
    const raise = (kind: AlertKind, text: string) => this.alerts.raise(kind, { account_id: accountId, text });
    if (level === 'near')
      await raise(
        'agent_budget_near',
        `The agent has used 80 % of its ${whose}; at 100 % conversations go to a person. The setting is ${setting}.`,
      );
    if (level === 'spent')
      await raise(
        'agent_budget_spent',
        `The agent has used up its ${whose}: conversations go to a person until it ends, or ${setting} is raised.`,
      );
    if (level !== 'spent') await this.alerts.clear('agent_budget_spent', accountId);
    if (level === 'fine') await this.alerts.clear('agent_budget_near', accountId);
  }
}
