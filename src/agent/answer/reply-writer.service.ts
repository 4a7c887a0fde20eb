import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { ChannelsService } from '../../channels/index.js';
import {
  ConversationClaimsRepository,
  ConversationsRepository,
  type AnswerClaim,
  type Claim,
  type Conversation,
} from '../../conversations/index.js';
import { TransactionsService } from '../../database/index.js';
import { DmsRepository, DmStoreRepository, OutboxService, type DmRecord, type SendHead } from '../../dms/index.js';
import { AgentBudgetsService } from '../budget/agent-budgets.service.js';
import { ActionsRepository, type Proposal } from '../tools/actions.repository.js';
import { RunRecorderService } from '../runs/run-recorder.service.js';
import { SuggestionsRepository } from '../suggestions/suggestions.repository.js';
import { modeIn } from './agent-mode.js';
import { AnswerChecksService } from './answer-checks.service.js';
import type { AnswerRecord } from './answer-record.js';
import type { Escalation } from './reply-composer.service.js';
import { escalationPauseMs } from './asks-for-person.js';
import { isStillOpen, maxOpen, type AnswerInput } from './open-messages.service.js';

/** What is done about the open messages. */
export interface Decision {
  /** What is told; without it the messages are closed in silence. */
  text?: string;
  /** How many messages more it would have been. */
  truncatedParts?: number;
  /** Why they are closed in silence. */
  reason?: string;
  /** A person has to go on. */
  escalation?: Escalation;
  /** Nothing is sent: a person may. */
  isDraft?: boolean;
  /** The agent stays for what the customer writes next: it is its own failure that brings a person. */
  staysOn?: boolean;
  isFallback?: boolean;
  /** How it was found, where the model was asked. */
  record?: AnswerRecord;
  /** What a person is to decide on; it stands or falls with the reply. */
  proposals?: readonly Proposal[];
  /** Why it is no answer, where the model did not say so. */
  why?: string;
}

export interface WriteInput {
  claim: AnswerClaim;
  answerInput: AnswerInput;
  decision: Decision;
  /** Whether messages that came since may wait for the next answer. */
  othersMayWait: boolean;
}

export interface Written {
  outcome: 'written';
  /** The right to send it, when nobody had that. */
  send: Claim | null;
  /** Its first DM, when nothing has happened in the conversation since the claim. */
  next?: SendHead;
  /** Ids of proposed actions that need nobody's decision. */
  ready: string[];
}

/**
 * - `written`: the claim has ended with it
 * - `changed`: the open messages are not what they were (one came, one was taken back or edited); nothing was written
 * - `paused`: somebody silenced the agent in between; nothing was written
 * - `lost`: the conversation is another process's; nothing was written
 */
export type WriteOutcome = Written | { outcome: 'changed' | 'paused' | 'lost' };

/** For the first DM. A crash before it is sent holds the reply up for so long; who is slow loses it and does no harm. */
const sendLeaseMs = 10_000;

class RollbackError extends Error {
  constructor(readonly outcome: Exclude<WriteOutcome['outcome'], 'written'>) {
    super(outcome);
  }
}

/** Writes what was decided, all of it or nothing: the reply, the end of the messages' wait, the hand-over. */
@Injectable()
export class ReplyWriterService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly transactions: TransactionsService,
    private readonly claims: ConversationClaimsRepository,
    private readonly conversations: ConversationsRepository,
    private readonly dms: DmsRepository,
    private readonly store: DmStoreRepository,
    private readonly outbox: OutboxService,
    private readonly budgets: AgentBudgetsService,
    private readonly actions: ActionsRepository,
    private readonly checks: AnswerChecksService,
    private readonly recorder: RunRecorderService,
    private readonly suggestions: SuggestionsRepository,
    private readonly clock: Clock,
  ) {}

  async write(input: WriteInput): Promise<WriteOutcome> {
    const { conversation } = input.claim;
    if (input.answerInput.revision !== undefined && input.answerInput.revision === conversation.revision) {
      // Most often nobody has touched it since, which its last write finds out: it need not be read again.
      const written = await this.attempt(input, conversation);
      if (written.outcome !== 'lost') return written;
    }
    return this.attempt(input);
  }

  private async attempt(input: WriteInput, known?: Conversation): Promise<WriteOutcome> {
    try {
      return await this.transactions.run((session) => this.writeWithin(session, input, known));
    } catch (error) {
      if (error instanceof RollbackError) return { outcome: error.outcome };
      throw error;
    }
  }

  private async writeWithin(session: ClientSession, input: WriteInput, known?: Conversation): Promise<Written> {
    const { claim, answerInput, decision } = input;
    const before = known ?? (await this.claims.held(session, answerInput.conversation._id, claim));
    if (!before) throw new RollbackError('lost');
    const conversation = { ...before, counts: { ...before.counts } };
    this.noteEscalation(conversation, decision);
    if (this.checks.isPaused(conversation, modeIn(answerInput.settings, conversation._id)))
      throw new RollbackError('paused');
    if (!(await this.isStillOpen(session, conversation, input))) throw new RollbackError('changed');
    const replies = await this.closeOpen(session, conversation, input);
    const [first] = replies;
    const replyIds = replies.map(({ _id }) => _id.toHexString());
    await this.recorder.record(session, { answerInput, decision, replyIds });
    const ready = await this.propose(session, input);
    if (decision.isFallback) await this.budgets.noteFallback(session, conversation._id);
    const addedSends = first !== undefined;
    const ended = await this.claims.endAnswer(session, { before, conversation }, { addedSends, sendLeaseMs });
    if (!ended) throw new RollbackError('lost');
    if (decision.escalation && !decision.staysOn) {
      const until = new Date(this.clock.now() + escalationPauseMs);
      await this.conversations.pauseAgent(conversation._id, { until, reason: 'customer_request' }, session);
    }
    const next = first && known ? { next: { dm: first, conversation } } : {};
    return { outcome: 'written', send: ended.send, ready, ...next };
  }

  private async propose(
    session: ClientSession,
    { answerInput: { account, conversation, open }, decision: { proposals = [] } }: WriteInput,
  ): Promise<string[]> {
    if (proposals.length === 0) return [];
    return this.actions.propose(session, proposals, {
      ...{ user_id: account.user_id, account_id: account._id, conversation_id: conversation._id },
      message_id: open.at(-1)?._id ?? '',
    });
  }

  /** What the agent says then is no answer: the customer goes on waiting. One that is ends an earlier escalation. */
  private noteEscalation(conversation: Conversation, { escalation, text, isFallback, isDraft }: Decision): void {
    if (escalation) conversation.handed_over = { at: this.clock.date(), ...escalation };
    else if (isDraft) return;
    else if (text !== undefined && !isFallback) conversation.handed_over = undefined;
  }

  private async isStillOpen(
    session: ClientSession,
    { _id, revision }: Conversation,
    { answerInput, othersMayWait }: WriteInput,
  ): Promise<boolean> {
    if (answerInput.revision !== undefined && answerInput.revision === revision) return true;
    return isStillOpen(answerInput.open, await this.dms.pending(_id, maxOpen, session), othersMayWait);
  }

  private async suggest(
    session: ClientSession,
    { answerInput, decision }: Pick<WriteInput, 'answerInput' | 'decision'>,
    text: string,
  ): Promise<void> {
    const { account, conversation, open } = answerInput;
    const { _id: platform_account_id, user_id } = account;
    await this.suggestions.put(session, {
      ...{ user_id, platform_account_id, conversation_id: conversation._id, text },
      ...(decision.escalation ? { reason: decision.escalation.reason } : {}),
      answers: open.map(({ _id }) => _id),
      asked_at: new Date(Math.max(...open.map(({ timestamp }) => timestamp))),
    });
  }

  /** @returns what is to be sent */
  private async closeOpen(
    session: ClientSession,
    conversation: Conversation,
    { answerInput, decision }: WriteInput,
  ): Promise<DmRecord[]> {
    const { account, open } = answerInput;
    const ids = open.map(({ _id }) => _id);
    if (decision.text === undefined) {
      await this.dms.markSkipped(ids, decision.reason ?? 'no_answer', session);
      return [];
    }
    if (decision.isDraft) {
      await this.dms.markSkipped(ids, 'suggested', session);
      await this.suggest(session, { answerInput, decision }, decision.text);
      return [];
    }
    // The key is that of the last message answered: the same messages can't be answered twice.
    const key = `agent:${ids.at(-1)}`;
    const parts = this.channels
      .get(account.channel)
      .outbound.splitText(decision.text)
      .map((text) => ({ text }));
    const { truncatedParts } = decision;
    const replies = this.outbox.plan(conversation, account, { source: 'agent', key, parts, truncatedParts });
    if (!(await this.store.answer(session, ids, replies))) throw new RollbackError('changed');
    return replies;
  }
}
