import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { ConversationClaims, ConversationsRepository, type Claim } from '../../conversations/index.js';
import { Transactions } from '../../database/index.js';
import { DmsRepository, Outbox, type Dm } from '../../dms/index.js';
import { AgentBudgets } from '../budget/agent-budgets.js';
import { splitText } from '#libs/graph-api';
import { AnswerChecks } from './answer-checks.js';
import { handOverPauseMs } from './hand-over.js';
import { maxOpen, type Situation } from './open-messages.js';

/** What is done about the open messages. */
export interface Decision {
  /** What is told; without it the messages are closed in silence. */
  text?: string;
  /** Why they are closed in silence. */
  reason?: string;
  handOver?: boolean;
  isFallback?: boolean;
}

export interface WriteInput {
  claim: Claim;
  situation: Situation;
  decision: Decision;
  /** Whether messages that came since may wait for the next answer. */
  othersMayWait: boolean;
}

/**
 * - `written`: the claim has ended with it; `send` is the right to send it, when nobody had that
 * - `changed`: the open messages are not what they were (one came, one was taken back or edited); nothing was written
 * - `paused`: somebody silenced the agent in between; nothing was written
 * - `lost`: the conversation is another process's; nothing was written
 */
export type WriteOutcome = { outcome: 'written'; send: Claim | null } | { outcome: 'changed' | 'paused' | 'lost' };

/** For the first DM. A crash before it is sent holds the reply up for so long; who is slow loses it and does no harm. */
const sendLeaseMs = 10_000;

class Undo extends Error {
  constructor(readonly outcome: Exclude<WriteOutcome['outcome'], 'written'>) {
    super(outcome);
  }
}

/** Writes what was decided, all of it or nothing: the reply, the end of the messages' wait, the hand-over. */
@Injectable()
export class ReplyWriter {
  constructor(
    private readonly transactions: Transactions,
    private readonly claims: ConversationClaims,
    private readonly conversations: ConversationsRepository,
    private readonly dms: DmsRepository,
    private readonly outbox: Outbox,
    private readonly budgets: AgentBudgets,
    private readonly checks: AnswerChecks,
    private readonly clock: Clock,
  ) {}

  async write(input: WriteInput): Promise<WriteOutcome> {
    try {
      const send = await this.transactions.run((session) => this.writeWithin(session, input));
      return { outcome: 'written', send };
    } catch (error) {
      if (error instanceof Undo) return { outcome: error.outcome };
      throw error;
    }
  }

  private async writeWithin(session: ClientSession, input: WriteInput): Promise<Claim | null> {
    const { claim, decision } = input;
    const { conversation, account, open } = input.situation;
    const parts = decision.text === undefined ? [] : splitText(decision.text).map((text) => ({ text }));
    const taking = { sends: parts.length, sendLeaseMs };
    const ended = await this.claims.endAnswer(session, conversation._id, claim, taking);
    if (!ended) throw new Undo('lost');
    const { conversation: current, send } = ended;
    if (this.checks.isPaused(current)) throw new Undo('paused');
    const pending = await this.dms.pending(conversation._id, maxOpen, session);
    if (!isStillOpen(open, pending, input.othersMayWait)) throw new Undo('changed');
    const ids = open.map(({ _id }) => _id);
    if (parts.length === 0) await this.dms.markSkipped(ids, decision.reason ?? 'no_answer', session);
    else {
      // The key is that of the last message answered: the same messages can't be answered twice.
      const key = `agent:${ids.at(-1)}`;
      await this.outbox.queue(session, account, conversation.participant_id, { source: 'agent', key, parts }, current);
      if (!(await this.dms.markAnswered(session, ids))) throw new Undo('changed');
    }
    if (decision.isFallback) await this.budgets.noteFallback(session, conversation._id);
    if (decision.handOver) {
      const until = new Date(this.clock.now() + handOverPauseMs);
      await this.conversations.pauseAgent(conversation._id, { until, reason: 'customer_request' }, session);
    }
    return send;
  }
}

/** Whether the messages that were answered still stand, as they were read. */
function isStillOpen(open: readonly Dm[], pending: readonly Dm[], othersMayWait: boolean): boolean {
  const now = new Map(pending.map((dm) => [dm._id, contentOf(dm)]));
  return open.every((dm) => now.get(dm._id) === contentOf(dm)) && (othersMayWait || pending.length === open.length);
}

function contentOf({ text, attachments, postback, edits }: Dm): string {
  return JSON.stringify([text, attachments.map(({ type, url }) => [type, url]), postback, edits.length]);
}
