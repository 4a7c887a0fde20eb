import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import type { AccountSummary, AgentSettings } from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import type { Conversation } from '../../conversations/index.js';
import type { Dm } from '../../dms/index.js';
import { localTime } from '../context/local-time.js';
import { policy } from '../context/system-prompt.js';
import { protect, type ProtectedText } from '../gate/leaks.js';
import { passGate, type GateVerdict, type WithheldReason } from '../gate/output-gate.js';
import { claimedEffect } from '../grounding/claimed-effects.js';
import { ungroundedFigures } from '../grounding/ungrounded.js';
import type { KnowledgePassage } from '../knowledge/knowledge-index.js';
import type { ReadAnswer } from './agent-answer.js';

export interface Question {
  account: AccountSummary;
  settings: AgentSettings;
  conversation: Pick<Conversation, 'participant_name' | 'participant_username' | 'referral'> & { _id?: string };
  /** Newest first. */
  history: readonly Dm[];
  /** Oldest first. */
  open: readonly Dm[];
}

/** A question, and what the shop says that may bear on it. */
export interface GroundedQuestion extends Question {
  passages: readonly KnowledgePassage[];
}

/** What is wrong with a reply; `figures` are those that stand nowhere. */
export interface Fault {
  reason: WithheldReason;
  figures?: string[];
}

export type Verdict =
  | { pass: true; text: string; parts: string[]; truncatedParts?: number; escalates: boolean }
  | { pass: false; fault: Fault; escalates: boolean };

/** How many of our latest answers the gate reads along, so that nothing is told piece by piece. */
const answersReadAlong = 6;

/** Decides by code what of an answer may reach the customer. */
@Injectable()
export class ReplyJudgeService {
  private readonly guarded = new LRUCache<string, ProtectedText>({ max: 500 });

  constructor(
    private readonly channels: ChannelsService,
    private readonly clock: Clock,
  ) {}

  judge(answer: ReadAnswer, question: GroundedQuestion): Verdict {
    const verdict = this.pass(answer, question);
    const escalates = verdict.escalates || answer.outcome === 'hand_over';
    if (!verdict.pass) return { pass: false, fault: { reason: verdict.reason }, escalates };
    const fault = question.passages.length > 0 ? this.faultOf(verdict.text, question) : undefined;
    return fault ? { pass: false, fault, escalates } : { ...verdict, escalates };
  }

  private pass({ text }: ReadAnswer, { account, settings, history, passages }: GroundedQuestion): GateVerdict {
    const { outbound, capabilities } = this.channels.get(account.channel);
    const own = history.filter((dm) => dm.direction === 'outbound' && dm.text);
    return passGate(text, {
      allowedLinks: settings.allowed_links,
      ownTexts: [settings.instructions, ...passages.map((passage) => passage.text)],
      messages: { split: (whole) => outbound.splitText(whole), max: capabilities.text.max },
      maxParts: settings.max_reply_parts,
      guarded: this.guardedOf(settings.instructions),
      before: own
        .filter((dm) => dm.source === 'agent')
        .slice(0, answersReadAlong)
        .reverse()
        .map((dm) => dm.text ?? ''),
    });
  }

  /** What the reply says that isn't so, as far as code can tell. */
  private faultOf(text: string, question: GroundedQuestion): Fault | undefined {
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
