import type { DmRecord } from '../dm.schema.js';
import { sameWords } from '../outbound/echo-matching.js';

/** Nobody reads and answers so fast. */
export const fasterThanPeopleMs = 3_000;
/** After so long without a word from either side nobody sits there typing. */
const silenceMs = 3_600_000;
/** What is further away from an echo has no say in whether it is automatic. */
export const lookAroundMs = silenceMs + fasterThanPeopleMs;

/** A message that the business sent past us: by a person in the Instagram app, by another tool, by Instagram itself. */
export function isForeignEcho(dm: DmRecord): boolean {
  const { direction, kind, source, is_echo, send_key, placeholder } = dm;
  return direction === 'outbound' && kind === 'message' && source === 'webhook' && is_echo && !send_key && !placeholder;
}

/**
 * Whether an echo is Instagram's own greeting or instant reply. It answers the customer's first message, or the first one
 * after a silence, or a pressed button, faster than a person can. In the middle of a conversation a quick answer is a
 * person's: who sits there may have been typing when the customer wrote.
 * @param around every DM of the conversation within {@link lookAroundMs} of it
 */
export function isFasterThanPeople(echo: DmRecord, around: readonly DmRecord[]): boolean {
  // What is still to be sent has said nothing yet.
  const said = around.filter(
    ({ placeholder, outbound_open: isOpen, kind }) => !placeholder && !isOpen && kind !== 'optin',
  );
  const others = said.filter((dm) => !dm._id.equals(echo._id));
  return others.some((prompt) => {
    const tookMs = echo.timestamp - prompt.timestamp;
    if (prompt.direction !== 'inbound' || tookMs < 0 || tookMs > fasterThanPeopleMs) return false;
    const silentSince = prompt.timestamp - silenceMs;
    return (
      prompt.kind === 'postback' ||
      !others.some(({ timestamp }) => timestamp < prompt.timestamp && timestamp >= silentSince)
    );
  });
}

/** Whether the account's owner named these words as automatic ones. */
export function isNamedAutomatic(text: string | undefined, automaticTexts: readonly string[] = []): boolean {
  return automaticTexts.some((known) => sameWords(known, text));
}
