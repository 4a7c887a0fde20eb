import { parse } from 'tldts';
import { speaksPortuguese, webOnlyEndings } from './disguises.js';

/** A word, a full stop, and at once a word with a capital letter that goes on as a sentence does. */
const gluedSentence =
  /(?<![\p{L}\p{N}@_./:-])((?:[\p{L}\p{M}]['’\p{L}\p{M}]*|\p{N}[\p{N}.,:]*|[\p{L}\p{M}\p{N}]+)[)"”’»]?\.)(\p{Lu}[\p{Ll}\p{M}]*)(?=['’][\p{L}]|,\s|[^\S\n]+["“'¿¡(«]?[\p{L}\p{N}]|[^\S\n]*[!?:…][^\S\n]+\p{L})/gu;
/** The same in a text of capitals, for endings that begin a sentence. */
const gluedCapitals = /(?<=\p{Lu}{2})\.(?=(?:IT|SO|IS|IN|AT|NO|ME|MY|BE|TO|US|AM|ES|SE|DE|LA)[^\S\n]+\p{Lu}{2})/gu;
const webOnly = new RegExp(`^(?:${webOnlyEndings})$`, 'i');
/** Words before a name that a reader is sent to. */
const sendsThere =
  /(?:^|[^\p{L}])(?:visit|at|on|via|see|to|from|open|besuche|auf|unter|visita|en|su|sur|em|visite|check|browse)\s+$/iu;

/**
 * The space that was forgotten behind a full stop: "waiting.It will" would be a link to waiting.it on the phone.
 * @param isAllowed whether a host may be linked to: its name stays whole
 */
export function spaceSentences(text: string, isAllowed: (host: string) => boolean): string {
  return text
    .replace(gluedCapitals, '. ')
    .replace(gluedSentence, (all: string, end: string, word: string, offset: number) => {
      const host = `${end}${word}`.toLowerCase();
      const { isIcann, isPrivate } = parse(host);
      if ((isIcann !== true && isPrivate !== true) || isAllowed(host)) return all;
      if (webOnly.test(word) && !(word === 'Com' && speaksPortuguese(text))) return all;
      const before = text.slice(Math.max(0, offset - 20), offset);
      const beginsWithCapital = /^\p{Lu}\p{Ll}/u.test(end);
      if (beginsWithCapital && sendsThere.test(before)) return all;
      return `${end} ${word}`;
    });
}
