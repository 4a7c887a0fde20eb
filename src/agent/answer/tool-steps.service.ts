import { Injectable } from '@nestjs/common';
import type { Reservation } from '../budget/agent-budgets.service.js';
import type { ModelRequest, ModelStep, ModelToolCall } from '../model/agent-model.port.js';
import type { ToolRound } from '../tools/tool-round.js';
import { lookedUpTokens, roomOf, stepsTaken } from './answer-request.js';
import { ModelStepsService, type Work } from './model-steps.service.js';

/** Steps of the model on the way to one answer; in the last it has to answer. */
const maxSteps = 4;
/** Calls of one step that are looked at; the others were never made. */
const maxCallsOfStep = 6;

/** What came of asking, and what was asked in the end: with all that was looked up on the way. */
export interface Answered {
  step: ModelStep;
  request: ModelRequest;
}

/** Asks the model until it answers, and gives it what it wants looked up on the way. */
@Injectable()
export class ToolStepsService {
  constructor(private readonly steps: ModelStepsService) {}

  /**
   * @param estimate tokens of the first step at most; they are reserved already
   * @throws {ModelError} no answer
   * @throws whatever the work's signal was aborted with
   */
  async untilAnswered(
    first: ModelRequest,
    tools: ToolRound | undefined,
    work: Work & { budget: Reservation },
    estimate: number,
  ): Promise<Answered> {
    let request = first;
    for (let tokens = estimate; ; tokens = estimate + lookedUpTokens(request) - lookedUpTokens(first)) {
      const mustAnswer = !tools?.isOpen || stepsTaken(request) + 1 >= maxSteps;
      if (request !== first && !(await work.budget.extend(tokens, roomOf(request))))
        return { step: unsaid(first), request };
      const step = await this.steps.take({ ...request, mustAnswer }, work, tokens);
      if (!tools || mustAnswer || step.toolCalls.length === 0) return { step, request };
      const calls = withOwnIds(step.toolCalls.slice(0, maxCallsOfStep), request);
      const told = await tools.run(calls, work.signal);
      request = withToolAnswers(request, { ...step, toolCalls: calls }, told);
    }
  }
}

/** The request with what the model wanted, and what came of it as data. */
function withToolAnswers(
  request: ModelRequest,
  { text, toolCalls }: Pick<ModelStep, 'text' | 'toolCalls'>,
  told: readonly { id: string; content: string }[],
): ModelRequest {
  const calls = toolCalls.map(({ id, name, arguments: given }) => ({
    ...{ id, type: 'function' as const },
    function: { name, arguments: given },
  }));
  return {
    ...request,
    messages: [
      ...request.messages,
      { role: 'assistant', content: text === '' ? null : text, tool_calls: calls },
      ...told.map(({ id, content }) => ({ role: 'tool' as const, tool_call_id: id, content })),
    ],
  };
}

/** Some servers number the calls of each step from 0: by its id an answer has to be known among all of them. */
function withOwnIds(calls: readonly ModelToolCall[], { messages }: ModelRequest): ModelToolCall[] {
  const taken = new Set(messages.flatMap((one) => (one.role === 'tool' ? [one.tool_call_id] : [])));
  return calls.map((call) => {
    let id = call.id;
    for (let copy = 2; taken.has(id); copy++) id = `${call.id}-${copy}`;
    taken.add(id);
    return { ...call, id };
  });
}

/** The budget does not reach: whoever goes on finds in the run what was looked up. */
function unsaid({ model }: ModelRequest): ModelStep {
  const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
  return { ...usage, text: '', truncated: false, toolCalls: [], latencyMs: 0, model };
}
