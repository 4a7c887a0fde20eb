const joiner = '\u200d';
const emojiStyle = '\ufe0f';

/** Tags, variation selectors, zero-width and bidirectional marks, soft hyphens, lone surrogates, control characters. */
const invisible =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class -- single code points are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu;

const afterEmoji = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Emoji_Component}]$/u;
const beforeEmoji = /^\p{Extended_Pictographic}/u;

/**
 * Takes out what a reader can't see and a model can: hidden instructions travel in it, both ways. The emoji style mark
 * and the joiner stay where they belong to an emoji, once each, because families and flags fall apart without them.
 * Idempotent.
 */
export function cleanText(text: string): string {
  const visible = text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replace(invisible, '');
  if (!visible.includes(joiner) && !visible.includes(emojiStyle)) return visible;
  let kept = '';
  const characters = [...visible];
  for (const [index, character] of characters.entries()) {
    if (character === emojiStyle) {
      const before = lastCharacter(kept);
      if (before !== emojiStyle && before !== joiner && afterEmoji.test(before)) kept += character;
    } else if (character === joiner) {
      const before = lastCharacter(kept.endsWith(emojiStyle) ? kept.slice(0, -1) : kept);
      const after = characters.slice(index + 1).find((next) => next !== joiner && next !== emojiStyle) ?? '';
      if (!kept.endsWith(joiner) && afterEmoji.test(before) && beforeEmoji.test(after)) kept += character;
    } else kept += character;
  }
  return kept;
}

function lastCharacter(text: string): string {
  const last = text.slice(-2);
  return [...last].at(-1) ?? '';
}
