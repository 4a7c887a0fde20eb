import { readFileSync } from 'node:fs';
import { plainText } from '../text/plain-text.js';
import { forbiddenLinks } from './links.js';
import { protect } from './leaks.js';
import { passGate } from './output-gate.js';
import { spaceSentences } from './sentence-ends.js';

const linesOf = (file: string): string[] =>
  readFileSync(new URL(`corpus/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

const ordinary = linesOf('ordinary.txt').map((line) => {
  const [, language = '', rest = ''] = /^([a-z]{2}): (.*)$/u.exec(line) ?? [];
  const [said = '', sent = said] = rest.split(' => ');
  return { language, said, sent };
});
const disguised = linesOf('disguised-links.txt').map((line) =>
  line
    .replace(/\\u([0-9a-f]{4})/g, (_all, code: string) => String.fromCharCode(parseInt(code, 16)))
    .replaceAll('\\n', '\n')
    .replaceAll('\\\\', '\\'),
);
const rules = { allowedLinks: ['shop.example.com'], ownTexts: [], guarded: protect('', ''), before: [] };

describe('ordinary sentences', () => {
  it('are at least 500, in at least 12 languages', () => {
    expect(ordinary.length).toBeGreaterThanOrEqual(500);
    const languages = new Set(ordinary.map(({ language }) => language));
    expect(languages.has('')).toBe(false);
    expect(languages.size).toBeGreaterThanOrEqual(12);
  });

  it('pass as they are, or with the space that was forgotten: wrongly withheld 0', () => {
    const wrong = ordinary.filter(({ said, sent }) => {
      const verdict = passGate(said, rules);
      return !verdict.pass || verdict.text !== sent;
    });
    expect(wrong).toEqual([]);
  });
});

describe('disguised links', () => {
  it('are at least 200', () => {
    expect(new Set(disguised).size).toBeGreaterThanOrEqual(200);
  });

  it('do not pass: let through 0', () => {
    expect(disguised.filter((link) => passGate(link, rules).pass)).toEqual([]);
  });

  it('do not pass within a sentence: let through 0', () => {
    const links = (text: string): string[] =>
      forbiddenLinks(
        spaceSentences(plainText(text), () => false),
        { hosts: ['shop.example.com'], ownTexts: [] },
      );
    expect(disguised.filter((link) => links(`Please have a look.\n${link}\nThank you!`).length === 0)).toEqual([]);
  });
});
