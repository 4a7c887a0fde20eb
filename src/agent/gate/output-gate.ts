import { SEND_LIMITS, splitText } from '#libs/graph-api';
import { leaks, type ProtectedText } from './leaks.js';
import { forbiddenLinks, isAllowedHost } from './links.js';
import { holdsSecret } from './secrets.js';
import { spaceSentences } from './sentence-ends.js';
import { cleanText } from '../text/clean-text.js';
import { writtenEscalation } from '../text/escalation-marker.js';
import { plainText } from '../text/plain-text.js';
import { withoutThoughts } from '../text/thoughts.js';

/** Longer answers are cut at the end of a sentence: nobody reads more in a chat. */
export const maxParts = 4;

/** Characters of a model's answer that are looked at for each message it may fill: more than can be shown. */
const lookedAtPerPart = 2_000;
/** Characters of a model's answer with its thoughts. */
const maxRead = 200_000;

export interface GateRules {
  /** Hosts the account allows; see `AgentSettings.allowed_links`. */
  allowedLinks: readonly string[];
  /** The account's own words: the facts in them may be told. */
  ownTexts: readonly string[];
  guarded: ProtectedText;
  /** Our latest answers in this conversation, oldest first. */
  before: readonly string[];
  /** How the account's channel cuts a text into messages, and how long one may be. */
  messages?: { split: (text: string) => string[]; max: number };
  /** The account's own number of messages, in the place of {@link maxParts}. */
  maxParts?: number;
}

/** `ungrounded` and `effect` are told of accounts with knowledge alone; see `grounding/`. `silent`: though it was asked. */
export type WithheldReason =
  'empty' | 'link' | 'leak' | 'secret' | 'ungrounded' | 'effect' | 'language' | 'source' | 'silent';

export type GateVerdict =
  | { pass: true; text: string; parts: string[]; truncatedParts?: number; escalates: boolean }
  | { pass: false; reason: WithheldReason; escalates: boolean };

/**
 * What of a model's answer may reach the customer. It trusts nothing: a model that obeys an attacker must not get a
 * link, our instructions or a secret past it. An answer that breaks a rule is withheld whole, because what is left of
 * one is not an answer.
 */
export function passGate(answer: string, rules: GateRules): GateVerdict {
  const most = rules.maxParts ?? maxParts;
  const lookedAt = most * lookedAtPerPart;
  // Thoughts first: they may be longer than any answer, and decide nothing.
  const said = withoutThoughts(cleanText(answer.slice(0, maxRead)));
  // Cut before it is looked at: what nobody looked at is not shown, and a flood costs little.
  const shown = said.slice(0, lookedAt).replace(writtenEscalation, ' ');
  const escalates = said.search(writtenEscalation) !== -1;
  const links = { hosts: rules.allowedLinks, ownTexts: rules.ownTexts };
  const isOwnHost = (host: string): boolean => isAllowedHost(host, links) || isTold(host, rules.ownTexts);
  const { split, max } = rules.messages ?? { split: splitText, max: SEND_LIMITS.textBytes };
  const { text, truncatedParts } = cutToLength(spaceSentences(plainText(shown), isOwnHost), most, split);
  const unseenParts = Math.floor(Math.max(0, said.length - lookedAt) / max);
  const withheld = (reason: WithheldReason): GateVerdict => ({ pass: false, reason, escalates });
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text)) return withheld('empty');
  if (forbiddenLinks(text, links).length > 0) return withheld('link');
  if (holdsSecret(text, rules.ownTexts)) return withheld('secret');
  if (leaks(text, rules.guarded, rules.before)) return withheld('leak');
  const parts = split(text).slice(0, most);
  const missing = truncatedParts + unseenParts;
  return { pass: true, text, parts, ...(missing > 0 ? { truncatedParts: missing } : {}), escalates };
}

function isTold(host: string, ownTexts: readonly string[]): boolean {
  return ownTexts.some((text) => text.toLowerCase().includes(host));
}

function cutToLength(
  text: string,
  most: number,
  split: (text: string) => string[],
): { text: string; truncatedParts: number } {
  const parts = split(text);
  if (parts.length <= 1) return { text, truncatedParts: 0 };
  return { text: parts.slice(0, most).join('\n\n'), truncatedParts: Math.max(0, parts.length - most) };
}

/** A model that ran out of tokens stops in the middle of a word: its last whole sentence is where the answer ends. */
export function endAtSentence(text: string): string {
  const end = /^[\s\S]*[.!?…。！？](?=\s|$|["”’)])["”’)]?/u.exec(text)?.[0];
  return end !== undefined && end.length > text.length / 3 ? end : text;
}
