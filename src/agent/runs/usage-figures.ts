import { dollars } from '../budget/model-prices.service.js';
import { tokensView } from './agent-run.view.js';
import type { AgentUsageFigures } from './agent-runs.dto.js';
import type { RunOutcome } from './agent-run.schema.js';
import type { UsageRow } from './agent-runs.repository.js';

const mostTopics = 20;

/** What rows of one day, or of several, come to together. */
export function usageFigures(
  rows: readonly UsageRow[],
  latencies: readonly { ms: number; runs: number }[],
  missing: readonly { topic: string; count: number }[],
): AgentUsageFigures {
  const sum = (pick: (row: UsageRow) => number): number => rows.reduce((total, row) => total + pick(row), 0);
  const runsOf = (...outcomes: RunOutcome[]): number =>
    sum(({ outcome, runs }) => (outcomes.includes(outcome) ? runs : 0));
  const reasons = rows.flatMap(({ outcome, reason = 'unknown', runs }): [string, number][] =>
    outcome === 'hand_over' ? [[reason, runs]] : [],
  );
  return {
    replies: runsOf('answer', 'ask'),
    hand_overs: runsOf('hand_over'),
    hand_overs_by_reason: Object.fromEntries(added(reasons)),
    silences: runsOf('silent'),
    fallbacks: runsOf('fallback'),
    drafts: runsOf('draft'),
    blocked_by_checks: sum(({ withheld }) => withheld),
    ratings: { up: sum(({ rated_up }) => rated_up), down: sum(({ rated_down }) => rated_down) },
    model_calls: sum(({ model_calls }) => model_calls),
    tokens: tokensView({
      input_tokens: sum(({ input_tokens }) => input_tokens),
      cached_tokens: sum(({ cached_tokens }) => cached_tokens),
      output_tokens: sum(({ output_tokens }) => output_tokens),
      reasoning_tokens: sum(({ reasoning_tokens }) => reasoning_tokens),
    }),
    cost: rows.some(({ without_price }) => without_price > 0) ? null : dollars(sum(({ cost_micros }) => cost_micros)),
    latency_ms: { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95) },
    missing: added(missing.map(({ topic, count }): [string, number] => [topic, count]))
      .map(([topic, count]) => ({ topic, count }))
      .slice(0, mostTopics),
  };
}

/** Counts of the same name together, the most first. */
function added(counts: readonly [string, number][]): [string, number][] {
  const sums = new Map<string, number>();
  for (const [name, count] of counts) sums.set(name, (sums.get(name) ?? 0) + count);
  return [...sums].sort(([nameA, a], [nameB, b]) => b - a || (nameA < nameB ? -1 : 1));
}

function percentile(latencies: readonly { ms: number; runs: number }[], share: number): number | null {
  const sorted = [...latencies].sort((a, b) => a.ms - b.ms);
  const all = sorted.reduce((sum, { runs }) => sum + runs, 0);
  let left = Math.ceil(all * share);
  for (const { ms, runs } of sorted) {
    left -= runs;
    if (left <= 0) return ms;
  }
  return null;
}
