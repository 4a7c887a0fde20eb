import { Injectable } from '@nestjs/common';
import { AgentModelPort, type ModelRequest, type ModelStep } from '../model/agent-model.port.js';
import { ModelAlertsService } from '../model/model-alerts.service.js';
import { ModelError } from '../model/model-errors.js';
import type { AnswerRecord } from './answer-record.js';

/** What an answer costs while it is found, and what is kept of it. */
export interface Work {
  record: AnswerRecord;
  spent: { tokens: number; answered: boolean };
  signal: AbortSignal;
}

/** Takes one step of the model, and keeps what it cost and whether it worked. */
@Injectable()
export class ModelStepsService {
  constructor(
    private readonly model: AgentModelPort,
    private readonly alerts: ModelAlertsService,
  ) {}

  isLeftAlone(model: string): boolean {
    return this.model.isLeftAlone(model);
  }

  /**
   * @param estimate what it costs at most, where nobody tells
   * @throws {ModelError} no answer
   */
  async take(request: ModelRequest, { record, spent, signal }: Work, estimate: number): Promise<ModelStep> {
    const began = performance.now();
    try {
      const step = await this.model.step(request, signal);
      spent.answered = true;
      this.alerts.noteAnswered(request.model);
      spent.tokens += step.inputTokens + step.outputTokens || estimate;
      const { inputTokens, outputTokens, cachedTokens, reasoningTokens, latencyMs, model, toolCalls } = step;
      const usage = { inputTokens, outputTokens, cachedTokens, reasoningTokens };
      record.calls.push({ ...usage, latencyMs, model, toolCalls: toolCalls.length });
      return step;
    } catch (error) {
      const failure = error instanceof ModelError ? error.failure : 'aborted';
      // What was aborted midway is paid for all the same.
      const mayHaveCost = !(error instanceof ModelError) || error.mayHaveCost;
      if (error instanceof ModelError) {
        this.alerts.noteFailure(error.failure, request.model);
        spent.answered ||= error.answered;
      }
      spent.tokens += mayHaveCost ? estimate : 0;
      const latencyMs = Math.round(performance.now() - began);
      const usage = { inputTokens: 0, outputTokens: 0, cachedTokens: 0, reasoningTokens: 0 };
      record.calls.push({ ...usage, latencyMs, model: request.model, toolCalls: 0, failure });
      throw error;
    } finally {
      record.tokens = spent.tokens;
    }
  }
}
