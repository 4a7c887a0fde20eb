import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import type { AccountSummary, AgentSettings } from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import type { Conversation } from '../../conversations/index.js';
import type { Dm } from '../../dms/index.js';
import { clockBlock } from '../hours/clock-block.js';
import { localTime } from '../context/local-time.js';
import { policy } from '../context/system-prompt.js';
import { protect, type ProtectedText } from '../gate/leaks.js';
import { passGate, type GateVerdict, type WithheldReason } from '../gate/output-gate.js';
import { claimedEffect } from '../grounding/claimed-effects.js';
import { isInAnotherLanguage } from '../grounding/reply-language.js';
import { ungroundedFigures } from '../grounding/ungrounded.js';
import type { KnowledgePassage } from '../knowledge/knowledge-index.js';
import type { ToolRound } from '../tools/tool-round.js';
import type { ReadAnswer } from './agent-answer.js';
import { asksNothing } from './asks-nothing.js';
import { inventedSources } from './source-names.js';

export interface Question {
  account: AccountSummary;
  settings: AgentSettings;
  conversation: Pick<Conversation, 'participant_name' | 'participant_username' | 'referral'> & { _id?: string };
  /** Newest first. */
  history: readonly Dm[];
  /** Oldest first. */
  open: readonly Dm[];
}

/** A question, and what an answer to it may rest on. */
export interface GroundedQuestion extends Question {
  /** What the shop says that may bear on it. */
  passages: readonly KnowledgePassage[];
  /** All that the customer wrote or said. */
  customerTexts: readonly string[];
  /** What may be looked up, and what was. */
  tools?: ToolRound;
}

/** What is wrong with a reply; `figures` are those that stand nowhere. */
export interface Fault {
  reason: WithheldReason;
  figures?: string[];
}

export type Verdict =
  /** Nothing was asked, and nothing is said. */
  | { pass: true; text?: undefined; escalates: false }
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
    if (answer.outcome === 'silent') {
      if (asksNothing(question.open)) return { pass: true, escalates: false };
      if (answer.text.trim() === '') return { pass: false, fault: { reason: 'silent' }, escalates: false };
    }
    const verdict = this.pass(answer, question);
    const escalates = verdict.escalates || answer.outcome === 'hand_over';
    if (!verdict.pass) return { pass: false, fault: { reason: verdict.reason }, escalates };
    const fault = this.faultOf(verdict.text, answer, question);
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

  /** What is wrong with what the reply says, as far as code can tell. */
  private faultOf(text: string, answer: ReadAnswer, question: GroundedQuestion): Fault | undefined {
    if (answer.language !== null && isInAnotherLanguage(text, answer.language)) return { reason: 'language' };
    const { passages, tools } = question;
    if (passages.length === 0 && !tools) return undefined;
    if (inventedSources(answer, question).length > 0) return { reason: 'source' };
    return this.untruthOf(text, answer, question);
  }

  private untruthOf(text: string, { form, figures: told }: ReadAnswer, question: GroundedQuestion): Fault | undefined {
    const { settings, account, history, passages, customerTexts: customer, tools } = question;
    const answers = (tools?.sources ?? []).map((source) => source.text);
    if (claimedEffect(text, { answers, done: tools?.done }) !== undefined) return { reason: 'effect' };
    const ours = history.filter((dm) => dm.direction === 'outbound').map((dm) => dm.text ?? '');
    const now = this.clock.date();
    const figures = ungroundedFigures(text, {
      sources: [
        ...passages.flatMap(({ title, heading = '', text: words }) => [title, heading, words]),
        ...[settings.instructions, account.name ?? '', account.username, clockBlock(now, settings)],
        ...ours,
        ...(tools?.done ?? []),
        ...answers.flatMap((answer) => momentsIn(answer).map((moment) => localTime(moment, settings.timezone))),
      ],
      ...{ answers, customer, now, reckoned: form === 'structured' ? told : undefined },
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

/** Points in time of a tool's answer: they may be told by the shop's own clock. */
function momentsIn(answer: string): Date[] {
  const written = answer.match(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)/g) ?? [];
  return written.map((one) => new Date(one)).filter((moment) => !Number.isNaN(moment.getTime()));
}
