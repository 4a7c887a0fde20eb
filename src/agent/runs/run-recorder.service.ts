import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import type { AnswerRecord } from '../answer/answer-record.js';
import type { AnswerInput } from '../answer/open-messages.service.js';
import type { Decision } from '../answer/reply-writer.service.js';
import { ModelPricesService } from '../budget/model-prices.service.js';
import { shownArguments } from '../tools/shown-arguments.js';
import type { RunCall, RunOutcome, RunToolCall } from './agent-run.schema.js';
import { AgentRunsRepository, type NewAgentRun } from './agent-runs.repository.js';

export interface RunInput {
  answerInput: Pick<AnswerInput, 'account' | 'conversation' | 'open' | 'settings'>;
  decision: Decision;
  /** The DMs of the reply. */
  replyIds: string[];
}

/** Keeps why a reply is what it is. */
@Injectable()
export class RunRecorderService {
  constructor(
    private readonly runs: AgentRunsRepository,
    private readonly prices: ModelPricesService,
    private readonly clock: Clock,
  ) {}

  /** Part of the transaction that writes the reply. */
  async record(session: ClientSession, input: RunInput): Promise<void> {
    await this.runs.insert(this.runOf(input), session);
  }

  private runOf({ answerInput, decision, replyIds }: RunInput): NewAgentRun {
    const { account, conversation, open, settings } = answerInput;
    const { record } = decision;
    const calls = (record?.calls ?? []).map((call) => this.callOf(call));
    const sum = (pick: (call: RunCall) => number): number => calls.reduce((total, call) => total + pick(call), 0);
    const costs = calls.map(({ cost_micros }) => cost_micros);
    const last = open.at(-1);
    return {
      ...{ user_id: account.user_id, account_id: account._id, conversation_id: conversation._id },
      ...{ reply_ids: replyIds, answered_ids: open.map(({ _id }) => _id) },
      ...{ outcome: outcomeOf(decision), reason: reasonOf(decision) },
      ...{ prompt_version: record?.promptVersion, model: record?.model ?? settings.model },
      ...aboutAnswer(record),
      ...{ calls, tool_calls: toolCallsOf(record), failed_checks: record?.failedChecks ?? [] },
      input_tokens: sum(({ input_tokens }) => input_tokens),
      cached_tokens: sum(({ cached_tokens }) => cached_tokens),
      output_tokens: sum(({ output_tokens }) => output_tokens),
      reasoning_tokens: sum(({ reasoning_tokens }) => reasoning_tokens),
      cost_micros: costs.every((cost) => cost !== undefined)
        ? costs.reduce((total, cost) => total + cost, 0)
        : undefined,
      latency_ms: record?.tookMs ?? 0,
      waited_ms: last ? Math.max(0, this.clock.now() - last.created_at.getTime()) : 0,
    };
  }

  private callOf({ model, latencyMs, failure, ...usage }: AnswerRecord['calls'][number]): RunCall {
    const { inputTokens: input_tokens, cachedTokens: cached_tokens } = usage;
    const { outputTokens: output_tokens, reasoningTokens: reasoning_tokens } = usage;
    const cost_micros = this.prices.costOf(model, usage);
    return {
      ...{ model, input_tokens, cached_tokens, output_tokens, reasoning_tokens, latency_ms: latencyMs },
      ...(cost_micros === undefined ? {} : { cost_micros }),
      ...(failure === undefined ? {} : { failure }),
    };
  }
}

function outcomeOf({ escalation, isFallback, isDraft, text, record }: Decision): RunOutcome {
  if (isDraft) return 'draft';
  if (isFallback) return 'fallback';
  if (escalation) return 'hand_over';
  if (text === undefined) return 'silent';
  return record?.answer?.outcome === 'ask' ? 'ask' : 'answer';
}

/** What kept it from an answer first, then why a person goes on. */
function reasonOf({ escalation, why, reason }: Decision): string | undefined {
  return why ?? escalation?.reason ?? reason;
}

function toolCallsOf(record: AnswerRecord | undefined): RunToolCall[] {
  const sources = record?.answer?.sources ?? [];
  return (record?.toolCalls ?? []).map(({ id, tool: name, state, reason, args = {}, status, ms }) => ({
    ...{ name, arguments: shownArguments(args), state },
    ...(status === undefined ? {} : { status }),
    ...(ms === undefined ? {} : { latency_ms: ms }),
    ...(reason === undefined ? {} : { reason }),
    used: sources.includes(id),
  }));
}

function aboutAnswer(record: AnswerRecord | undefined) {
  const { answer } = record ?? {};
  const known = <T>(value: T | null | undefined): T | undefined => value ?? undefined;
  return {
    knowledge: record?.knowledge ?? 'none',
    passages_shown: record?.passagesShown ?? [],
    passages_used: record?.sourcesUsed ?? [],
    language: known(answer?.language),
    covers: answer?.covers,
    missing: known(answer?.missing),
    summary: known(answer?.summary),
  } as const;
}
