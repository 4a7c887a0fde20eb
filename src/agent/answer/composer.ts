import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import type { AccountSummary, AgentSettings } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import type { Conversation } from '../../conversations/index.js';
import type { Dm } from '../../dms/index.js';
import { AgentBudgets, type BudgetReason } from '../budget/agent-budgets.js';
import { buildContext } from '../context/context-builder.js';
import { policy } from '../context/system-prompt.js';
import { protect, type ProtectedText } from '../gate/leaks.js';
import { endAtSentence, passGate, type WithheldReason } from '../gate/output-gate.js';
import { ModelClient } from '../model/model-client.js';
import { outputRoom } from '../model/known-models.js';
import { ModelError, type ModelFailure } from '../model/model-errors.js';
import { VoiceTranscripts } from '../model/voice-transcripts.js';

export interface Question {
  account: AccountSummary;
  settings: AgentSettings;
  conversation: Pick<Conversation, 'participant_name' | 'participant_username' | 'referral'> & { _id?: string };
  /** Newest first. */
  history: readonly Dm[];
  /** Oldest first. */
  open: readonly Dm[];
}

export type Composition =
  | { kind: 'reply'; text: string; parts: string[]; handOver: boolean; tokens: number }
  | { kind: 'withheld'; reason: WithheldReason; handOver: boolean; tokens: number }
  | { kind: 'failed'; failure: ModelFailure }
  | { kind: 'over_budget'; reason: BudgetReason };

/** How many of our latest answers the gate reads along, so that nothing is told piece by piece. */
const answersReadAlong = 6;

/** Finds an answer: budget, context, model, gate. It writes nothing that a customer sees. */
@Injectable()
export class Composer {
  private readonly logger = new Logger(Composer.name);
  private readonly guarded = new LRUCache<string, ProtectedText>({ max: 500 });

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly budgets: AgentBudgets,
    private readonly model: ModelClient,
    private readonly voices: VoiceTranscripts,
  ) {}

  /** @throws whatever `signal` was aborted with */
  async compose(question: Question, signal: AbortSignal): Promise<Composition> {
    const { account, settings, conversation, history, open } = question;
    const transcripts = settings.transcribe_voice ? await this.voices.of(open, signal) : undefined;
    const context = buildContext({
      ...{ account, settings, conversation, history, open, transcripts },
      media: this.config,
      now: this.clock.date(),
    });
    const { model, temperature, max_output_tokens: maxOutputTokens, reasoning_effort: effort } = settings;
    const estimate = context.estimatedTokens + outputRoom({ model, maxOutputTokens, effort });
    const budget = await this.budgets.reserve(account._id, conversation._id, settings, estimate);
    if (!budget.granted) return { kind: 'over_budget', reason: budget.reason };
    let used = 0;
    try {
      const { messages } = context;
      const answer = await this.model.ask({ model, temperature, effort, maxOutputTokens, messages }, signal);
      used = answer.inputTokens + answer.outputTokens || estimate;
      return { ...this.judge(answer.truncated ? endAtSentence(answer.text) : answer.text, question), tokens: used };
    } catch (error) {
      // What was aborted midway is paid for all the same.
      if (!(error instanceof ModelError)) used = estimate;
      else used = error.mayHaveCost ? estimate : 0;
      if (!(error instanceof ModelError)) throw error;
      this.logger.warn({ msg: 'no answer from the model', failure: error.failure, reason: error.message });
      return { kind: 'failed', failure: error.failure };
    } finally {
      // Nobody waits for it: what a crash leaves unsettled counts as used until the window ends.
      budget.settle(used).catch((error: unknown) => this.logger.warn({ msg: 'a budget was not settled', err: error }));
    }
  }

  private judge(answer: string, { settings, history }: Question) {
    const own = history.filter((dm) => dm.direction === 'outbound' && dm.text);
    const verdict = passGate(answer, {
      allowedLinks: settings.allowed_links,
      ownTexts: [settings.instructions],
      guarded: this.guardedOf(settings.instructions),
      before: own
        .filter((dm) => dm.source === 'agent')
        .slice(0, answersReadAlong)
        .reverse()
        .map((dm) => dm.text ?? ''),
    });
    if (verdict.pass) {
      const { text, parts, handOver } = verdict;
      return { kind: 'reply' as const, text, parts, handOver };
    }
    if (verdict.reason !== 'empty')
      this.logger.warn({ msg: 'an answer of the model was withheld', reason: verdict.reason });
    return { kind: 'withheld' as const, reason: verdict.reason, handOver: verdict.handOver };
  }

  private guardedOf(instructions: string): ProtectedText {
    const known = this.guarded.get(instructions);
    if (known) return known;
    const guarded = protect(policy, instructions);
    this.guarded.set(instructions, guarded);
    return guarded;
  }
}
