import type { AgentSettings } from '../../accounts/index.js';
import type { Dm } from '../../dms/index.js';
import { cleanText } from '../text/clean-text.js';

/** How long the agent stays away from a conversation whose customer asked for a person. */
export const escalationPauseMs = 24 * 3_600_000;

/** Whether one of the messages holds one of the account's phrases, as whole words, whatever case and accents. */
export function asksForPerson(
  messages: readonly Dm[],
  { hand_over_phrases: phrases }: Pick<AgentSettings, 'hand_over_phrases'>,
): boolean {
  const wanted = phrases.map(comparable).filter((phrase) => phrase !== '');
  return messages.some((dm) => {
    const said = ` ${comparable([dm.text, dm.postback?.title, dm.quick_reply?.payload, dm.postback?.payload].join(' '))} `;
    return wanted.some((phrase) => said.includes(isSpaced(phrase) ? ` ${phrase} ` : phrase));
  });
}

function comparable(text: string): string {
  return cleanText(text)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Scripts without spaces between words have no word ends to look for. */
function isSpaced(phrase: string): boolean {
  return !/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(phrase);
}
