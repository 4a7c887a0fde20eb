import type { Account } from '../world/types.js';
import { refuse } from './graph-error.js';

/**
 * The headers in which Meta says how much of its allowance an account has used.
 * @param now milliseconds, to tell how many minutes a used-up account has to wait
 * @param shape `flat` is the older form, without the list per business
 */
export function usageHeaders(account: Account | null, now: number, shape: 'list' | 'flat'): Record<string, string> {
  if (!account) return {};
  const { callCount, totalTime, totalCpuTime } = account.usage;
  const percent = { call_count: callCount, total_cputime: totalCpuTime, total_time: totalTime };
  const waitMinutes = isUsedUp(account) ? Math.max(0, Math.ceil((account.usage.regainAt - now) / 60_000)) : 0;
  const business = { type: 'instagram', ...percent, estimated_time_to_regain_access: waitMinutes };
  return {
    'x-app-usage': JSON.stringify(percent),
    'x-business-use-case-usage': JSON.stringify(shape === 'flat' ? business : { [account.igId]: [business] }),
  };
}

/**
 * Refuses an account that has used up its allowance, until the time comes at which it may call again.
 * @throws {GraphError} 80002
 */
export function throttle(account: Account | null, now: number): void {
  if (!account || !isUsedUp(account)) return;
  if (account.usage.regainAt > now) refuse('account_rate_limit');
  Object.assign(account.usage, { callCount: 0, totalTime: 0, totalCpuTime: 0 });
}

function isUsedUp({ usage }: Account): boolean {
  return Math.max(usage.callCount, usage.totalTime, usage.totalCpuTime) >= 100;
}
