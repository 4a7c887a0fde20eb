import { dollars } from '../budget/model-prices.service.js';
import type { AgentRunView, RunTokensView } from './agent-runs.dto.js';
import type { AgentRun } from './agent-runs.repository.js';

type Tokens = Pick<AgentRun, 'input_tokens' | 'cached_tokens' | 'output_tokens' | 'reasoning_tokens'>;

export function runView(run: AgentRun): AgentRunView {
  const { _id: id, account_id, conversation_id, reply_ids, answered_ids, at, outcome, reason, prompt_version } = run;
  const { model, knowledge, language, covers, missing, summary, failed_checks, latency_ms, waited_ms } = run;
  const said = Object.entries({ reason, prompt_version, language, covers, missing, summary });
  return {
    ...{ id, account_id, conversation_id, reply_ids, answered_ids, at, outcome, model, knowledge },
    ...Object.fromEntries(said.filter(([, value]) => value !== undefined)),
    sources: run.passages_shown.map((passage) => ({ ...passage, used: run.passages_used.includes(passage.id) })),
    tool_calls: run.tool_calls,
    failed_checks,
    repaired: failed_checks.length > 0 && (outcome === 'answer' || outcome === 'ask' || outcome === 'draft'),
    calls: run.calls.map(({ model: called, latency_ms: took, failure, cost_micros, ...tokens }) => ({
      ...{ model: called, tokens: tokensView(tokens), cost: costView(cost_micros), latency_ms: took },
      ...(failure === undefined ? {} : { failure }),
    })),
    tokens: tokensView(run),
    cost: costView(run.cost_micros),
    currency: 'USD',
    ...{ latency_ms, waited_ms },
    rating: run.rating ? { ...run.rating, note: run.rating.note ?? null } : null,
  };
}

export function tokensView(tokens: Tokens): RunTokensView {
  const { input_tokens: input, cached_tokens: cached, output_tokens: output, reasoning_tokens: reasoning } = tokens;
  return { input, cached, output, reasoning };
}

function costView(micros: number | undefined): number | null {
  return micros === undefined ? null : dollars(micros);
}
