import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { AgentSettings } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import { AgentBudgetsService, type BudgetReason, type Reservation } from '../budget/agent-budgets.service.js';
import { ModelPricesService } from '../budget/model-prices.service.js';
import { buildContext } from '../context/context-builder.js';
import { KnowledgeContextService, type KnowledgeContext } from '../knowledge/knowledge-context.service.js';
import type { ModelRequest } from '../model/agent-model.port.js';
import { ModelError, type ModelFailure } from '../model/model-errors.js';
import { VoiceTranscriptsService } from '../model/voice-transcripts.service.js';
import type { Proposal } from '../tools/actions.repository.js';
import { ToolRoundsService } from '../tools/tool-rounds.service.js';
import type { EscalationReason, ReadAnswer } from './agent-answer.js';
import type { AnswerRecord } from './answer-record.js';
import {
  customerTextsOf,
  lookedUpTokens,
  questionsOf,
  readStep,
  requestFor,
  roomOf,
  toolTokensOf,
  withMoreRoom,
} from './answer-request.js';
import { ModelStepsService, type Work } from './model-steps.service.js';
import { promptVersion } from './prompt-version.js';
import { ReplyJudgeService, type Fault, type GroundedQuestion, type Question } from './reply-judge.service.js';
import { noteTokens, withReason } from './second-try.js';
import { sourcesUsed } from './source-names.js';
import { ToolStepsService } from './tool-steps.service.js';

export type { Question } from './reply-judge.service.js';

/** Why a person has to take over, and what they should know. */
export interface Escalation {
  /** The model's, or ours: `withheld_…`, `model_…`, `budget_…`. */
  reason: EscalationReason | (string & {});
  summary?: string;
  missing?: string;
}

interface Told {
  tokens: number;
  record: AnswerRecord;
}

export type Composition =
  | (Told & {
      kind: 'reply';
      text: string;
      parts: string[];
      truncatedParts?: number;
      quickReplies: string[];
      /** What is to be done once a person allows it: written with the reply that tells of it. */
      proposals: readonly Proposal[];
      escalation?: Escalation;
    })
  | (Told & Fault & { kind: 'withheld'; escalation?: Escalation })
  /** Nothing was asked, and nothing is to be said. */
  | (Told & { kind: 'silent'; escalation?: undefined })
  | {
      kind: 'failed';
      failure: ModelFailure;
      tokens?: number;
      /** How long the provider asked us to wait. */
      retryAfterMs?: number;
      /** What broke, where it was nothing of the model's. */
      cause?: Error;
      record: AnswerRecord;
    }
  | { kind: 'over_budget'; reason: BudgetReason; record?: undefined };

interface Asked {
  composition: Extract<Composition, { kind: 'reply' | 'withheld' | 'silent' }>;
  truncated: boolean;
  /** With what was looked up on the way. */
  request: ModelRequest;
}

/** An answer under way, and what it may still take of its budgets. */
type FundedWork = Work & { budget: Reservation };

/** Finds an answer: budget, context, model, tools, checks. It writes nothing that a customer sees. */
@Injectable()
export class ReplyComposerService {
  private readonly logger = new Logger(ReplyComposerService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly budgets: AgentBudgetsService,
    private readonly prices: ModelPricesService,
    private readonly steps: ModelStepsService,
    private readonly toolSteps: ToolStepsService,
    private readonly tools: ToolRoundsService,
    private readonly voices: VoiceTranscriptsService,
    private readonly knowledge: KnowledgeContextService,
    private readonly judge: ReplyJudgeService,
  ) {}

  /** @throws whatever `signal` was aborted with, and nothing else */
  async compose(question: Question, signal: AbortSignal): Promise<Composition> {
    const record = this.newRecord(question);
    try {
      return await this.find(question, { record, spent: { tokens: 0, answered: false }, signal });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ModelError) {
        this.logger.warn({ msg: 'no answer from the model', failure: error.failure, reason: error.message });
        return { kind: 'failed', failure: error.failure, retryAfterMs: error.retryAfterMs, record };
      }
      this.logger.error({ msg: 'an answer could not be made', err: error });
      const cause = error instanceof Error ? error : new Error(String(error));
      return { kind: 'failed', failure: 'broken', cause, record };
    } finally {
      record.tookMs = this.clock.now() - record.startedAt.getTime();
    }
  }

  /** Whether asking would end at once, because the model keeps failing. */
  isModelLeftAlone({ model }: Pick<AgentSettings, 'model'>): boolean {
    return this.steps.isLeftAlone(model);
  }

  private async find(asked: Question, work: Work): Promise<Composition> {
    const { account, settings, conversation, history, open } = asked;
    const transcripts = settings.transcribe_voice ? await this.voices.of(open, work.signal) : undefined;
    const known = await this.knowledge.of(account._id, settings, questionsOf(asked, transcripts));
    const customerTexts = customerTextsOf(asked, transcripts);
    const messageId = open[0]?._id ?? '';
    const tools = await this.tools.open({ account, conversationId: conversation._id, messageId, customerTexts });
    const question = { ...asked, passages: known?.passages ?? [], customerTexts, tools };
    noteKnowledge(work.record, known);
    work.record.toolCalls = tools?.calls ?? [];
    const context = buildContext({
      ...{ account, settings, conversation, history, open, transcripts, passages: question.passages },
      tools,
      media: this.config,
      now: this.clock.date(),
    });
    const request = requestFor(question, context.messages);
    const inputTokens = context.estimatedTokens + toolTokensOf(request);
    const estimate = inputTokens + roomOf(request);
    const answered = conversation._id === undefined ? undefined : open.at(-1)?._id;
    const purpose = { messageId: answered, userId: account.user_id, outputTokens: roomOf(request) };
    const budget = await this.budgets.reserve(account._id, conversation._id, settings, estimate, purpose);
    if (!budget.granted) {
      if (budget.reason === 'answers_of_message') throw new ModelError('tried_enough', 'answers that came to nothing');
      return { kind: 'over_budget', reason: budget.reason };
    }
    try {
      const funded = { ...work, budget };
      const first = await this.askOnce(request, question, funded, estimate);
      return await this.repaired(first, question, { ...funded, more: inputTokens + noteTokens });
    } finally {
      const { tokens, answered } = work.spent;
      // Nobody waits for it: what a crash leaves unsettled counts as used until the window ends.
      budget
        .settle(tokens, answered, this.costOf(work))
        .catch((error: unknown) => this.logger.warn({ msg: 'a budget was not settled', err: error }));
    }
  }

  /** Micro-dollars, where every call told its tokens; else it is reckoned from what they are taken to be. */
  private costOf({ record: { calls }, spent }: Work): number | undefined {
    const told = calls.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0);
    if (told !== spent.tokens) return undefined;
    const costs = calls.map((call) => this.prices.costOf(call.model, call));
    return costs.reduce((sum, cost) => (sum === undefined || cost === undefined ? undefined : sum + cost), 0);
  }

  /** Where nothing was said, or nothing that may be sent, it is asked once more, with room or with the reason. */
  private async repaired(
    first: Asked,
    question: GroundedQuestion,
    { more, ...work }: FundedWork & { more: number },
  ): Promise<Composition> {
    const { kind, escalation } = first.composition;
    if (kind !== 'withheld' || escalation) return first.composition;
    const again = secondRequest(first);
    const estimate = more + lookedUpTokens(first.request) + roomOf(again);
    if (!(await work.budget.extend(estimate, roomOf(again)))) return this.settled(first, question, work);
    const second = await this.askOnce(again, question, work, estimate).catch((error: unknown) => {
      if (error instanceof ModelError && !isEmpty(first)) return first;
      throw error;
    });
    if (!isEmpty(first))
      this.logger.log({ msg: 'a withheld answer was asked for again', came: second.composition.kind });
    return this.settled(isEmpty(second) && !isEmpty(first) ? first : second, question, work);
  }

  /** Asks and judges, and keeps what came of it. */
  private async askOnce(
    request: ModelRequest,
    question: GroundedQuestion,
    work: FundedWork,
    estimate: number,
  ): Promise<Asked> {
    const { step, request: asked } = await this.toolSteps.untilAnswered(request, question.tools, work, estimate);
    const answer = afterTools(readStep(step), question.tools);
    const { record, spent } = work;
    record.answer = answer;
    record.sourcesUsed = sourcesUsed(answer, question);
    return {
      composition: this.composed(answer, question, { tokens: spent.tokens, record }),
      truncated: step.truncated,
      request: asked,
    };
  }

  private composed(answer: ReadAnswer, question: GroundedQuestion, told: Told): Asked['composition'] {
    const verdict = this.judge.judge(answer, question);
    if (verdict.pass && verdict.text === undefined) return { kind: 'silent', ...told };
    const escalation = verdict.escalates ? { escalation: escalationOf(answer) } : {};
    if (verdict.pass) {
      const { text, parts, truncatedParts } = verdict;
      const { quick_replies: quickReplies } = answer;
      const proposals = question.tools?.proposals ?? [];
      return { kind: 'reply', text, parts, truncatedParts, quickReplies, proposals, ...escalation, ...told };
    }
    const { fault } = verdict;
    if (fault.reason !== 'empty')
      this.logger.warn({ msg: 'an answer of the model was withheld', reason: fault.reason });
    told.record.failedChecks.push({ reply: told.record.calls.length, ...fault });
    return { kind: 'withheld', ...fault, ...escalation, ...told };
  }

  /** What came of one try or two, and what they cost. */
  private settled(asked: Asked, { tools }: GroundedQuestion, { spent: { tokens }, record }: Work): Composition {
    if (!isEmpty(asked)) return { ...asked.composition, tokens };
    // It went on looking up and never answered: a person does, and finds what was looked up in the run.
    if (record.answer && tools && tools.calls.length > 0) {
      record.answer = { ...record.answer, reason: 'tool_failure' };
      return { kind: 'withheld', reason: 'empty', escalation: escalationOf(record.answer), tokens, record };
    }
    const { truncated } = asked;
    const failure = truncated ? 'no_room' : 'empty';
    this.logger.warn({ msg: 'the model said nothing', failure });
    return { kind: 'failed', failure, tokens, record };
  }

  private newRecord({ settings }: Question): AnswerRecord {
    return {
      ...{ promptVersion, model: settings.model, startedAt: this.clock.date(), tookMs: 0, knowledge: 'none' },
      ...{ passagesShown: [], sourcesUsed: [], toolCalls: [], failedChecks: [], calls: [], tokens: 0 },
    };
  }
}

function noteKnowledge(record: AnswerRecord, known: KnowledgeContext | undefined): void {
  if (!known) return;
  record.knowledge = known.whole ? 'whole' : 'found';
  record.passagesShown = known.passages.map(({ id, document_id, title, heading }) => ({
    ...{ id, document_id, title },
    ...(heading === undefined ? {} : { heading }),
  }));
}

/** What became of the tools tells why a person is needed, whatever the model says of it. */
function afterTools(answer: ReadAnswer, tools: GroundedQuestion['tools']): ReadAnswer {
  if (tools?.needsPerson) return { ...answer, outcome: 'hand_over', reason: answer.reason ?? 'not_allowed' };
  if (answer.outcome === 'hand_over' && tools?.hasFailed) return { ...answer, reason: answer.reason ?? 'tool_failure' };
  return answer;
}

function escalationOf({ reason, summary, missing }: ReadAnswer): Escalation {
  return {
    reason: reason ?? 'customer_request',
    ...(summary === null ? {} : { summary }),
    ...(missing === null ? {} : { missing }),
  };
}

function secondRequest({ composition, truncated, request }: Asked): ModelRequest {
  if (composition.kind === 'withheld' && composition.reason !== 'empty')
    return withReason(request, composition.reason, composition.figures);
  return truncated ? withMoreRoom(request) : request;
}

function isEmpty({ composition }: Asked): boolean {
  return composition.kind === 'withheld' && composition.reason === 'empty' && !composition.escalation;
}
