import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import { SenderService, type Dm } from '../../dms/index.js';
import { metrics } from '../../observability/index.js';
import { JobQueueService } from '../../queue/index.js';
import { AgentBudgetsService } from '../budget/agent-budgets.service.js';
import type { WithheldReason } from '../gate/output-gate.js';
import type { AnswerLease } from './answer-leases.service.js';
import { clip } from '../context/describe-dm.js';
import { passingFailures } from '../model/model-errors.js';
import { ReplyComposerService, type Composition, type Escalation } from './reply-composer.service.js';
import type { AnswerRecord } from './answer-record.js';
import { modeIn } from './agent-mode.js';
import { clearlyAsksForPerson, mentionsPerson } from './asks-for-person.js';
import { EscalationAlertsService } from './escalation-alerts.service.js';
import { OpenMessagesService, type AnswerInput } from './open-messages.service.js';
import { escalationWords, fallbackWords } from './own-words.js';
import { AnswerPresenceService } from './answer-presence.service.js';
import { ReplyWriterService, type Decision } from './reply-writer.service.js';

/**
 * - `done`: the messages got their answer, or their silence
 * - `again`: they changed while they were answered; nothing was written
 * - `later`: they wait for the model to come back
 * - `lost`: another process has the conversation
 */
export type RoundOutcome = 'done' | 'again' | 'later' | 'lost';

export interface Round {
  lease: AnswerLease;
  answerInput: AnswerInput;
  /** Answer what is open now, though more may come meanwhile. */
  othersMayWait: boolean;
}

/** A round whose answer is being found. */
interface OpenRound extends Round {
  /** Whether nothing of ours waited to be sent when it began. */
  isClear: Promise<boolean>;
}

/** What a check of its words held back: a person knows better. */
const personsReasons: ReadonlySet<WithheldReason> = new Set(['ungrounded', 'effect', 'language', 'source']);

/** Clearing up after an answer would cost its call to Meta as much time as it takes. */
const callGoesFirstMs = 10;
const minRetryMs = 2_000;
const maxRetryMs = 30_000;

/** One reply to all that is open in a conversation, under a claim. */
@Injectable()
export class AnswerRoundService {
  private readonly logger = new Logger(AnswerRoundService.name);

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
    private readonly messages: OpenMessagesService,
    private readonly composer: ReplyComposerService,
    private readonly budgets: AgentBudgetsService,
    private readonly presence: AnswerPresenceService,
    private readonly writer: ReplyWriterService,
    private readonly sender: SenderService,
    private readonly queue: JobQueueService,
    private readonly alerts: EscalationAlertsService,
  ) {}

  /** @throws whatever `signal` was aborted with */
  async run(begun: Round, signal: AbortSignal): Promise<RoundOutcome> {
    const { open, settings, conversation } = begun.answerInput;
    const { spent } = begun.answerInput;
    const isPersons = spent !== undefined || clearlyAsksForPerson(open, settings);
    const composing = isPersons ? undefined : this.compose(begun.answerInput, signal);
    // Asked while the model thinks; not to know it costs the sender a look of its own.
    const round = { ...begun, isClear: this.sender.isClear(conversation._id).catch(() => false) };
    const composition = await composing;
    if (!composition) return this.handOver(round, { reason: spent ?? 'customer_request' });
    const { record } = composition;
    switch (composition.kind) {
      case 'reply':
        return composition.escalation
          ? this.handOver(round, composition.escalation, composition)
          : this.write(
              round,
              {
                ...{ text: composition.text, truncatedParts: composition.truncatedParts, record },
                proposals: composition.proposals,
              },
              'answered',
            );
      case 'silent':
        return this.write(round, { reason: 'nothing_asked', record }, 'silent');
      case 'over_budget':
        return this.handOver(round, { reason: composition.reason });
      case 'withheld': {
        const { escalation, reason } = composition;
        if (escalation) return this.handOver(round, escalation, { record, text: settings.fallback_text });
        // What the shop's knowledge does not hold, a person knows.
        if (settings.when_unanswered === 'hand_over' || personsReasons.has(reason))
          return this.handOver(round, { reason: `withheld_${reason}` }, { record, text: settings.fallback_text });
        return this.fallBack(round, `withheld_${reason}`, record);
      }
      case 'failed':
        if (mentionsPerson(open, settings)) return this.handOver(round, { reason: 'customer_request' }, { record });
        if (!passingFailures.has(composition.failure) || !this.hasPatience(open))
          return this.fallBack(round, `model_${composition.failure}`, record);
        await this.messages.putOff(open, this.retryAfterMs(open, composition.retryAfterMs));
        return 'later';
    }
  }

  private async compose(answerInput: AnswerInput, signal: AbortSignal): Promise<Composition> {
    const composing = this.composer.compose(answerInput, signal);
    // Nothing is being thought about where a call ends before it begins, and nobody is going to write where it is suggested.
    if (this.composer.isModelLeftAlone(answerInput.settings)) return composing;
    if (modeIn(answerInput.settings, answerInput.conversation._id) === 'draft') return composing;
    const { account, conversation, open } = answerInput;
    const target = { participantId: conversation.participant_id, mid: open.at(-1)?.message_id };
    const stopPresence = this.presence.start(account._id, target);
    try {
      return await composing;
    } finally {
      stopPresence();
    }
  }

  /** A person goes on, and the customer is told so: in the account's words, the model's, or ours. */
  private async handOver(round: OpenRound, escalation: Escalation, words: Words = {}): Promise<RoundOutcome> {
    const { text, truncatedParts, record, proposals } = words;
    const { answerInput } = round;
    const now = this.clock.date();
    const decision: Decision = {
      text: escalationWords(answerInput, { text, language: record?.answer?.language, now }),
      truncatedParts: answerInput.settings.hand_over_text === undefined ? truncatedParts : undefined,
      escalation: { summary: wordsOf(answerInput.open), ...escalation },
      ...{ record, proposals },
    };
    return this.write(round, decision, 'handed_over');
  }

  /** The account's own words or ours, not twice in a row; never an error. */
  private async fallBack(round: OpenRound, reason: string, record?: AnswerRecord): Promise<RoundOutcome> {
    const { settings, conversation, account, open } = round.answerInput;
    const { when_unanswered: wanted } = settings;
    const text = fallbackWords(round.answerInput, this.clock.date(), record);
    const told = text !== undefined && (await this.budgets.mayTellFallback(conversation._id));
    this.logger.warn({ msg: 'the agent has no answer', account_id: account._id, reason, fallback: told });
    const toPerson = wanted === 'hand_over' ? { escalation: { reason, summary: wordsOf(open) }, staysOn: true } : {};
    return told
      ? this.write(round, { text, isFallback: true, why: reason, record, ...toPerson }, 'fallback')
      : this.write(round, { reason, record }, 'silent');
  }

  private async write(round: OpenRound, wanted: Decision, outcome: string): Promise<RoundOutcome> {
    const { lease, answerInput, othersMayWait, isClear } = round;
    const isDraft = modeIn(answerInput.settings, answerInput.conversation._id) === 'draft';
    const decision = isDraft ? suggested(wanted) : wanted;
    const { open, conversation } = answerInput;
    // Who asks for a person is handed over, whatever they wrote after it.
    const settled = othersMayWait || decision.escalation !== undefined;
    const { claim } = lease;
    const written = await this.writer.write({ claim, answerInput, decision, othersMayWait: settled });
    if (written.outcome === 'lost') return 'lost';
    if (written.outcome !== 'written') return 'again';
    lease.noteEnded();
    if (decision.escalation) this.alerts.note(conversation, decision.escalation.reason);
    const last = open.at(-1);
    if (last)
      metrics.agentReplies.observe({ outcome: decision.isDraft ? 'suggested' : outcome }, this.ageMs(last) / 1000);
    if (decision.isDraft) this.messages.countSkips(open, 'suggested');
    else if (decision.text === undefined) this.messages.countSkips(open, decision.reason ?? 'no_answer');
    else {
      await this.sender.sendSoon(conversation._id, written.send, (await isClear) ? written.next : undefined);
      await sleep(callGoesFirstMs);
    }
    await this.messages.takeOffQueue(open);
    for (const action_id of written.ready) await this.queue.add('run-action', { action_id });
    return 'done';
  }

  /** A model that is away for a minute is no reason to tell customers so. */
  private hasPatience(open: readonly Dm[]): boolean {
    const last = open.at(-1);
    return last !== undefined && this.ageMs(last) < this.config.AGENT_PATIENCE_MS;
  }

  /** @param askedMs what the provider asked for, which holds as long as our patience */
  private retryAfterMs(open: readonly Dm[], askedMs = 0): number {
    const last = open.at(-1);
    const ageMs = last ? this.ageMs(last) : 0;
    const patienceMs = this.config.AGENT_PATIENCE_MS - ageMs;
    return Math.max(minRetryMs, Math.min(maxRetryMs, ageMs / 2), Math.min(askedMs, patienceMs));
  }

  private ageMs(dm: Dm): number {
    return this.clock.now() - dm.created_at.getTime();
  }
}

type Words = Pick<Decision, 'text' | 'truncatedParts' | 'record' | 'proposals'>;

/** What would be sent is suggested, but for words that are said where there is no answer: a person has those. */
function suggested({ text, isFallback, ...decision }: Decision): Decision {
  if (text === undefined || isFallback) return { ...decision, staysOn: true, reason: decision.reason ?? decision.why };
  return { ...decision, text, isDraft: true, staysOn: true };
}

const summaryLength = 300;

/** For the person who takes over, where the model summed nothing up: what the customer wrote. */
function wordsOf(open: readonly Dm[]): string | undefined {
  const said = open.flatMap(({ text }) => text?.trim() || []).join('\n');
  return said === '' ? undefined : clip(said, summaryLength);
}
