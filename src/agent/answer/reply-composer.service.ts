import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { ChannelsService } from '../../channels/index.js';
import type { AccountSummary, AgentSettings } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import type { Conversation } from '../../conversations/index.js';
import type { Dm } from '../../dms/index.js';
import { AgentBudgetsService, type BudgetReason } from '../budget/agent-budgets.service.js';
import { buildContext } from '../context/context-builder.js';
import { policy } from '../context/system-prompt.js';
import { protect, type ProtectedText } from '../gate/leaks.js';
import { endAtSentence, passGate, type WithheldReason } from '../gate/output-gate.js';
import { ModelClient, type ModelRequest } from '../model/model.client.js';
import { outputRoom } from '../model/known-models.js';
import { localTime } from '../context/local-time.js';
import { claimedEffect } from '../grounding/claimed-effects.js';
import { ungroundedFigures } from '../grounding/ungrounded.js';
import { KnowledgeContextService, type KnowledgeContext } from '../knowledge/knowledge-context.service.js';
import { ModelAlertsService } from '../model/model-alerts.service.js';
import { ModelError, type ModelFailure } from '../model/model-errors.js';
import { VoiceTranscriptsService } from '../model/voice-transcripts.service.js';
import { cleanText } from '../text/clean-text.js';
import { withoutThoughts } from '../text/thoughts.js';
import { noteTokens, withReason } from './second-try.js';

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
  | { kind: 'reply'; text: string; parts: string[]; truncatedParts?: number; handOver: boolean; tokens: number }
  | { kind: 'withheld'; reason: WithheldReason; figures?: string[]; handOver: boolean; tokens: number }
  | {
      kind: 'failed';
      failure: ModelFailure;
      tokens?: number;
      /** How long the provider asked us to wait. */
      retryAfterMs?: number;
      /** What broke, where it was nothing of the model's. */
      cause?: Error;
    }
  | { kind: 'over_budget'; reason: BudgetReason };

/** A question, and what the shop says that may bear on it. */
type GroundedQuestion = Question & Pick<KnowledgeContext, 'passages'>;

interface Call {
  /** What it costs at most. */
  estimate: number;
  spent: { tokens: number; answered: boolean };
  signal: AbortSignal;
}

interface Asked {
  composition: Exclude<Composition, { kind: 'failed' | 'over_budget' }>;
  truncated: boolean;
}

/** Given to a model whose tokens were used up before it said anything. */
const moreRoom = 4_000;

/** How many of our latest answers the gate reads along, so that nothing is told piece by piece. */
const answersReadAlong = 6;

/** Finds an answer: budget, context, model, gate. It writes nothing that a customer sees. */
@Injectable()
export class ReplyComposerService {
  private readonly logger = new Logger(ReplyComposerService.name);
  private readonly guarded = new LRUCache<string, ProtectedText>({ max: 500 });

  constructor(
    private readonly config: AppConfig,
    private readonly channels: ChannelsService,
    private readonly clock: Clock,
    private readonly budgets: AgentBudgetsService,
    private readonly model: ModelClient,
    private readonly voices: VoiceTranscriptsService,
    private readonly alerts: ModelAlertsService,
    private readonly knowledge: KnowledgeContextService,
  ) {}

  /** @throws whatever `signal` was aborted with, and nothing else */
  async compose(question: Question, signal: AbortSignal): Promise<Composition> {
    try {
      return await this.find(question, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ModelError) {
        this.logger.warn({ msg: 'no answer from the model', failure: error.failure, reason: error.message });
        return { kind: 'failed', failure: error.failure, retryAfterMs: error.retryAfterMs };
      }
      this.logger.error({ msg: 'an answer could not be made', err: error });
      return { kind: 'failed', failure: 'broken', cause: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  /** Whether asking would end at once, because the model keeps failing. */
  isModelLeftAlone({ model }: Pick<AgentSettings, 'model'>): boolean {
    return this.model.isLeftAlone(model);
  }

  private async find(asked: Question, signal: AbortSignal): Promise<Composition> {
    const { account, settings, conversation, history, open } = asked;
    const transcripts = settings.transcribe_voice ? await this.voices.of(open, signal) : undefined;
    const known = await this.knowledge.of(account._id, settings, questionsOf(asked, transcripts));
    const passages = known?.passages ?? [];
    const question = { ...asked, passages };
    const context = buildContext({
      ...{ account, settings, conversation, history, open, transcripts, passages },
      media: this.config,
      now: this.clock.date(),
    });
    const request = requestFor(settings, context.messages);
    const estimate = context.estimatedTokens + roomOf(request);
    const messageId = conversation._id === undefined ? undefined : open.at(-1)?._id;
    const purpose = { messageId, userId: account.user_id };
    const budget = await this.budgets.reserve(account._id, conversation._id, settings, estimate, purpose);
    if (!budget.granted) {
      if (budget.reason === 'answers_of_message') throw new ModelError('tried_enough', 'answers that came to nothing');
      return { kind: 'over_budget', reason: budget.reason };
    }
    const spent = { tokens: 0, answered: false };
    try {
      const first = await this.askOnce(request, question, { estimate, spent, signal });
      const { kind, handOver } = first.composition;
      if (kind === 'reply' || handOver) return first.composition;
      // Nothing was said, or nothing that may be sent: it is asked once more, with room or with the reason.
      const again = secondRequest(request, first);
      const more = context.estimatedTokens + noteTokens + roomOf(again);
      if (!(await budget.extend(more))) return this.settled(first, spent.tokens);
      const call = { estimate: more, spent, signal };
      const second = isEmpty(first)
        ? await this.askOnce(again, question, call)
        : await this.askOnce(again, question, call).catch((error: unknown) => {
            if (error instanceof ModelError) return first;
            throw error;
          });
      if (!isEmpty(first))
        this.logger.log({ msg: 'a withheld answer was asked for again', came: second.composition.kind });
      return this.settled(isEmpty(second) && !isEmpty(first) ? first : second, spent.tokens);
    } finally {
      // Nobody waits for it: what a crash leaves unsettled counts as used until the window ends.
      budget
        .settle(spent.tokens, spent.answered)
        .catch((error: unknown) => this.logger.warn({ msg: 'a budget was not settled', err: error }));
    }
  }

  /** Asks and judges, and adds what it cost to what was spent. */
  private async askOnce(
    request: ModelRequest,
    question: GroundedQuestion,
    { estimate, spent, signal }: Call,
  ): Promise<Asked> {
    try {
      const answer = await this.model.ask(request, signal);
      spent.answered = true;
      this.alerts.noteAnswered(request.model);
      spent.tokens += answer.inputTokens + answer.outputTokens || estimate;
      const text = answer.truncated ? endAtSentence(withoutThoughts(cleanText(answer.text))) : answer.text;
      return { composition: { ...this.judge(text, question), tokens: spent.tokens }, truncated: answer.truncated };
    } catch (error) {
      // What was aborted midway is paid for all the same.
      if (!(error instanceof ModelError)) spent.tokens += estimate;
      else {
        this.alerts.noteFailure(error.failure, request.model);
        spent.answered ||= error.answered;
        spent.tokens += error.mayHaveCost ? estimate : 0;
      }
      throw error;
    }
  }

  /** What came of one try or two, and what they cost. */
  private settled(asked: Asked, tokens: number): Composition {
    if (!isEmpty(asked)) return { ...asked.composition, tokens };
    const { truncated } = asked;
    const failure = truncated ? 'no_room' : 'empty';
    this.logger.warn({ msg: 'the model said nothing', failure });
    return { kind: 'failed', failure, tokens };
  }

  private judge(answer: string, question: GroundedQuestion) {
    const { account, settings, history, passages } = question;
    const { outbound, capabilities } = this.channels.get(account.channel);
    const own = history.filter((dm) => dm.direction === 'outbound' && dm.text);
    const verdict = passGate(answer, {
      allowedLinks: settings.allowed_links,
      ownTexts: [settings.instructions, ...passages.map(({ text }) => text)],
      messages: { split: (text) => outbound.splitText(text), max: capabilities.text.max },
      maxParts: settings.max_reply_parts,
      guarded: this.guardedOf(settings.instructions),
      before: own
        .filter((dm) => dm.source === 'agent')
        .slice(0, answersReadAlong)
        .reverse()
        .map((dm) => dm.text ?? ''),
    });
    if (verdict.pass) {
      const { text, parts, truncatedParts, handOver } = verdict;
      const fault = passages.length > 0 ? this.faultOf(text, question) : undefined;
      if (fault) {
        this.logger.warn({ msg: 'an answer of the model was withheld', reason: fault.reason });
        return { kind: 'withheld' as const, ...fault, handOver };
      }
      return { kind: 'reply' as const, text, parts, truncatedParts, handOver };
    }
    const { reason } = verdict;
    if (reason !== 'empty') this.logger.warn({ msg: 'an answer of the model was withheld', reason });
    return { kind: 'withheld' as const, reason, handOver: verdict.handOver };
  }

  /** What the reply says that isn't so, as far as code can tell. */
  private faultOf(
    text: string,
    question: GroundedQuestion,
  ): { reason: WithheldReason; figures?: string[] } | undefined {
    if (claimedEffect(text) !== undefined) return { reason: 'effect' };
    const { settings, account, history, open, passages } = question;
    const ours = history.filter((dm) => dm.direction === 'outbound').map((dm) => dm.text ?? '');
    const customer = [...history.filter((dm) => dm.direction === 'inbound'), ...open].map((dm) => dm.text ?? '');
    const now = this.clock.date();
    const figures = ungroundedFigures(text, {
      sources: [
        ...passages.flatMap(({ title, heading = '', text: words }) => [title, heading, words]),
        ...[settings.instructions, account.name ?? '', account.username, localTime(now, settings.timezone)],
        ...ours,
      ],
      ...{ customer, now },
    });
    return figures.length > 0 ? { reason: 'ungrounded', figures } : undefined;
  }

  private guardedOf(instructions: string): ProtectedText {
    const known = this.guarded.get(instructions);
    if (known) return known;
    const guarded = protect(policy, instructions);
    this.guarded.set(instructions, guarded);
    return guarded;
  }
}

function requestFor(settings: AgentSettings, messages: ModelRequest['messages']): ModelRequest {
  const { model, temperature, reasoning_effort: effort, max_output_tokens: maxOutputTokens } = settings;
  return { model, temperature, effort, maxOutputTokens, messages };
}

function roomOf(request: ModelRequest): number {
  return outputRoom(request) + (request.extraRoom ?? 0);
}

/** Thinking less leaves more of it, too. */
function withMoreRoom(request: ModelRequest): ModelRequest {
  const { effort } = request;
  const less = effort === 'none' || effort === 'minimal' ? effort : 'low';
  return {
    ...request,
    effort: less,
    extraRoom: moreRoom + outputRoom(request) - outputRoom({ ...request, effort: less }),
  };
}

/** What the customer wants to know, the latest last. */
function questionsOf({ open, history }: Question, transcripts?: ReadonlyMap<string, string>): string[] {
  const before = history.find((dm) => dm.direction === 'inbound' && dm.text && !open.includes(dm))?.text;
  const asked = open.map((dm) => [dm.text, transcripts?.get(dm._id)].filter(Boolean).join('\n')).join('\n');
  return [...(before ? [before] : []), asked];
}

function secondRequest(request: ModelRequest, { composition, truncated }: Asked): ModelRequest {
  if (composition.kind === 'withheld' && composition.reason !== 'empty')
    return withReason(request, composition.reason, composition.figures);
  return truncated ? withMoreRoom(request) : request;
}

function isEmpty({ composition }: Asked): boolean {
  return composition.kind === 'withheld' && composition.reason === 'empty' && !composition.handOver;
}
