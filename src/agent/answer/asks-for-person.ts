import type { AgentSettings } from '../../accounts/index.js';
import type { Dm } from '../../dms/index.js';
import { comparable } from '../text/comparable.js';
import { praiseWords, requestWords } from './request-words.js';

/** How long the agent stays away from a conversation whose customer asked for a person. */
export const escalationPauseMs = 24 * 3_600_000;

type Phrases = Pick<AgentSettings, 'hand_over_phrases'>;

/** Whether one of the messages holds one of the account's phrases, as whole words, whatever case and accents. */
export function mentionsPerson(messages: readonly Dm[], { hand_over_phrases: phrases }: Phrases): boolean {
  const wanted = phrases.map(comparable).filter((phrase) => phrase !== '');
  return messages.some((dm) => wanted.some((phrase) => holds(saidIn(dm), phrase)));
}

/**
 * Whether one of them asks for a person so clearly that the model need not be asked: by a button that says so, by the
 * phrase alone, or by a request with the phrase in it. Praise ("your human support is great") and mere mention ("are
 * you a human?") are for the model to tell.
 */
export function clearlyAsksForPerson(messages: readonly Dm[], { hand_over_phrases: phrases }: Phrases): boolean {
  const wanted = phrases.map(comparable).filter((phrase) => phrase !== '');
  return messages.some((dm) => {
    const isButton = dm.postback !== undefined || dm.quick_reply !== undefined;
    const said = saidIn(dm);
    const held = wanted.filter((phrase) => holds(said, phrase));
    if (held.length === 0) return false;
    return isButton || held.includes(said) || (holdsAny(said, requestWords) && !holdsAny(said, praiseWords));
  });
}

function saidIn(dm: Dm): string {
  return comparable([dm.text, dm.postback?.title, dm.quick_reply?.payload, dm.postback?.payload].join(' '));
}

function holds(said: string, phrase: string): boolean {
  return ` ${said} `.includes(isSpaced(phrase) ? ` ${phrase} ` : phrase);
}

/** Short ones stand for themselves, long ones for every word that begins so. */
function holdsAny(said: string, words: readonly string[]): boolean {
  return words.some((word) => {
    if (!isSpaced(word)) return said.includes(word);
    return ` ${said} `.includes(word.length < 4 ? ` ${word} ` : ` ${word}`);
  });
}

/** Scripts without spaces between words have no word ends to look for. */
function isSpaced(phrase: string): boolean {
  return !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u.test(phrase);
}
