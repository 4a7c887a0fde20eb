import fc from 'fast-check';
import { splitText } from './split-text.js';

const bytesOf = (text: string): number => Buffer.byteLength(text);
const withoutSpace = (text: string): string => text.replace(/\s+/g, '');
const graphemes = (text: string): string[] =>
  Array.from(new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text), ({ segment }) => segment);

const family = '👨‍👩‍👧‍👦';
const words = fc.constantFrom(
  ...[
    'Hello',
    'there.',
    'Really?',
    'привет',
    'Здравствуйте!',
    'こんにちは。',
    'สวัสดี',
    '🚀',
    family,
    '🇩🇪',
    'é',
    'e\u0301',
    'https://a.example.com/b?c=d',
  ],
);
const gaps = fc.constantFrom(' ', '  ', '\n', '\r\n', '\n\n', ' \n \n', '', '\u00a0', '\t');
const texts = fc
  .array(fc.oneof(fc.tuple(words, gaps), fc.tuple(fc.string({ unit: 'grapheme' }), gaps)), { maxLength: 60 })
  .map((pieces) => pieces.flat().join(''));

describe('splitting a text', () => {
  it('keeps each part within its bytes, loses nothing but white space, tears no character', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 40, max: 200 }), (text, maxBytes) => {
        const parts = splitText(text, maxBytes);

        expect(withoutSpace(parts.join(''))).toBe(withoutSpace(text));
        for (const part of parts) {
          expect(bytesOf(part)).toBeLessThanOrEqual(maxBytes);
          expect(part.trim()).not.toBe('');
        }
        const all = graphemes(text).filter((one) => one.trim() !== '');
        const torn = parts.flatMap(graphemes).filter((one) => one.trim() !== '');
        if (all.every((one) => bytesOf(one) <= maxBytes)) expect(torn).toEqual(all);
      }),
      { numRuns: 500 },
    );
  });

  it('fits any text into the smallest parts there are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 4, max: 12 }), (text, maxBytes) => {
        const parts = splitText(text, maxBytes);
        expect(parts.every((part) => part !== '' && bytesOf(part) <= maxBytes)).toBe(true);
        expect(withoutSpace(parts.join(''))).toBe(withoutSpace(text));
      }),
    );
  });

  it('leaves a text alone that fits, but for white space at its ends', () => {
    expect(splitText('a'.repeat(1000))).toEqual(['a'.repeat(1000)]);
    expect(splitText(' \n Hello  there \n')).toEqual(['Hello  there']);
    expect(splitText(`${'a'.repeat(1000)}\n\n`)).toHaveLength(1);
  });

  it.each(['', ' ', '\n\n\t'])('has no part for %j', (text) => expect(splitText(text)).toEqual([]));

  it('counts bytes, not characters', () => {
    expect(splitText('й'.repeat(501)).map((part) => part.length)).toEqual([500, 1]);
    expect(splitText('🚀'.repeat(251)).map((part) => bytesOf(part))).toEqual([1000, 4]);
    expect(splitText(family.repeat(41)).map((part) => bytesOf(part))).toEqual([1000, 25]);
  });

  it('cuts at the end of a paragraph before that of a sentence', () => {
    const parts = splitText('First one. Still it.\n\nSecond one. And more of it.', 40);
    expect(parts).toEqual(['First one. Still it.', 'Second one. And more of it.']);
  });

  it('cuts at the end of a line before that of a sentence', () => {
    expect(splitText('- red wool\n- blue. Cotton\n- green', 28)).toEqual(['- red wool\n- blue. Cotton', '- green']);
  });

  it('cuts at the end of a sentence before that of a word, not at every dot', () => {
    expect(splitText('It costs 3.50 a piece. We have many of them left here.', 30)).toEqual([
      'It costs 3.50 a piece.',
      'We have many of them left',
      'here.',
    ]);
    expect(splitText('今日は晴れです。明日は雨でしょう。', 30)).toEqual(['今日は晴れです。', '明日は雨でしょう。']);
  });

  it('does not send a word by itself because a paragraph ends behind it', () => {
    const [first] = splitText(`Hi!\n\n${'word '.repeat(30)}`, 100);
    expect(bytesOf(first ?? '')).toBeGreaterThan(80);
  });

  it('cuts a word only when it is larger than a part', () => {
    expect(splitText('abc defghijklmnop', 8)).toEqual(['abc', 'defghijk', 'lmnop']);
  });

  it('cuts even a single character when it is larger than a part, between code points', () => {
    const pile = `e${'\u0301'.repeat(600)}`;
    const parts = splitText(`a ${pile} b`);
    expect(parts.every((part) => bytesOf(part) <= 1000)).toBe(true);
    expect(withoutSpace(parts.join(''))).toBe(`a${pile}b`);
  });

  it('fills a part behind any amount of white space', () => {
    expect(splitText(`a${' '.repeat(3_000)}${'b'.repeat(1_000)}`)).toEqual(['a', 'b'.repeat(1_000)]);
    expect(splitText(`${'\n'.repeat(950)}${'b '.repeat(500)}`)).toEqual(['b '.repeat(500).trim()]);
  });

  it('wants room for one code point', () => {
    expect(() => splitText('abc', 3)).toThrow(RangeError);
    expect(() => splitText('abc', Number.NaN)).toThrow(RangeError);
  });

  it('splits a long text in a time that grows no faster than the text', () => {
    const text = 'A sentence of some words. '.repeat(8_000);
    const parts = splitText(text);
    expect(parts).toHaveLength(Math.ceil((text.length - 1) / (26 * 38)));
  });
});
