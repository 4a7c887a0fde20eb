import { SEND_LIMITS } from './send-body.js';

/** What a limit of a text's length counts: bytes of UTF-8, or characters (UTF-16 units, of which no count has more). */
export type TextUnit = 'bytes' | 'characters';

const sizes: Record<TextUnit, (text: string) => number> = {
  bytes: (text) => Buffer.byteLength(text),
  characters: (text) => text.length,
};

/** How much of a limit a text takes. */
export function textSize(text: string, unit: TextUnit): number {
  return sizes[unit](text);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const words = new Intl.Segmenter(undefined, { granularity: 'word' });

/** A character as people see it, or a piece of one that is larger than a whole message. */
interface Unit {
  text: string;
  size: number;
  isBlank: boolean;
  /** Where it begins in the text, in UTF-16 units. */
  at: number;
}

/** How good a place is for a cut, from worst to best. */
const quality = { anywhere: 0, word: 1, space: 2, sentence: 3, line: 4, paragraph: 5 };

/** A better cut is not worth a part that is almost empty. */
const leastFill = 1 / 4;

/** Beyond what a part can hold: lets the last character be seen whole, and what follows a full stop. */
const lookahead = 200;

/**
 * Splits a text into messages of at most `max` bytes of UTF-8 or characters: at the end of a paragraph where it can, else of a
 * line, a sentence, a word, and never inside a character as people see it. Only one that is larger than `max` by
 * itself is cut, between code points.
 *
 * @param unit what the channel's limit counts
 * @returns the parts in order, none empty; nothing is lost but white space at the cuts and at both ends
 * @throws {RangeError} when `max` is below 4, the size of the largest code point
 */
export function splitText(text: string, max: number = SEND_LIMITS.textBytes, unit: TextUnit = 'bytes'): string[] {
  if (!(max >= 4)) throw new RangeError('A part needs room for one code point: at least 4 bytes.');
  const sizeOf = sizes[unit];
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    // One part's worth at a time: what Intl.Segmenter takes grows with the square of a text's length.
    const window = windowAt(text, at, max, sizeOf);
    const start = skipBlank(window.units, 0);
    // White space in front must not take a part's room in the window: look again from behind it.
    const isBehindBlank = start > lookahead / 2 || start === window.units.length;
    const end = isBehindBlank ? start : cutAfter(window, start, max);
    if (end > start) parts.push(textOf(window.units, start, end));
    at += textOf(window.units, 0, end).length;
  }
  return parts;
}

interface Window {
  units: readonly Unit[];
  /** The text ends with it. */
  isLast: boolean;
  boundaries: Boundaries;
}

type SizeOf = (text: string) => number;

function windowAt(text: string, at: number, max: number, sizeOf: SizeOf): Window {
  const view = text.slice(at, at + max + lookahead);
  const isLast = at + view.length === text.length;
  const segments = Array.from(graphemes.segment(view));
  // The last one may go on behind the window.
  if (!isLast && segments.length > 1) segments.pop();
  return { units: unitsOf(segments, max, sizeOf), isLast, boundaries: new Boundaries(view) };
}

/** Index behind the last unit of the part that begins at `start`. */
function cutAfter({ units, isLast, boundaries }: Window, start: number, max: number): number {
  let size = 0;
  let best = start + 1;
  let bestScore = -1;
  for (let end = start; ; end++) {
    // A part never ends in white space, and white space behind it needs no room.
    if (end > start && !units[end - 1]?.isBlank) {
      if (isLast && skipBlank(units, end) === units.length) return end;
      const score = (size >= max * leastFill ? 10 : 0) + qualityOf(units, end, boundaries);
      if (score >= bestScore) [best, bestScore] = [end, score];
    }
    size += units[end]?.size ?? 0;
    if (end === units.length || size > max) return best;
  }
}

function qualityOf(units: readonly Unit[], end: number, boundaries: Boundaries): number {
  const next = skipBlank(units, end);
  const nextAt = units[next]?.at ?? -1;
  if (next === end) {
    if (boundaries.endsSentence(nextAt)) return quality.sentence;
    return boundaries.endsWord(nextAt) ? quality.word : quality.anywhere;
  }
  const gap = textOf(units, end, next);
  const lineEnds = gap.match(/\r\n|[\n\r\u2028\u2029]/g)?.length ?? 0;
  if (lineEnds > 1 || gap.includes('\u2029')) return quality.paragraph;
  if (lineEnds === 1) return quality.line;
  return boundaries.endsSentence(nextAt) ? quality.sentence : quality.space;
}

/** Where sentences and words begin, looked up only for texts that need a cut. */
class Boundaries {
  private sentenceStarts: Set<number> | undefined;
  private wordStarts: Set<number> | undefined;

  constructor(private readonly text: string) {}

  endsSentence(at: number): boolean {
    return (this.sentenceStarts ??= startsOf(sentences, this.text)).has(at);
  }

  /** For scripts that write without spaces, and for what is one long word. */
  endsWord(at: number): boolean {
    return (this.wordStarts ??= startsOf(words, this.text)).has(at);
  }
}

function startsOf(segmenter: Intl.Segmenter, text: string): Set<number> {
  return new Set(Array.from(segmenter.segment(text), ({ index }) => index));
}

function unitsOf(segments: readonly Intl.SegmentData[], max: number, sizeOf: SizeOf): Unit[] {
  const units: Unit[] = [];
  for (const { segment, index } of segments) {
    let at = index;
    for (const piece of sizeOf(segment) > max ? piecesOf(segment, max, sizeOf) : [segment]) {
      units.push({ text: piece, size: sizeOf(piece), isBlank: piece.trim() === '', at });
      at += piece.length;
    }
  }
  return units;
}

/** A pile of combining marks larger than a message: as few pieces as hold it. */
function piecesOf(segment: string, max: number, sizeOf: SizeOf): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const codePoint of segment) {
    if (sizeOf(piece + codePoint) > max) {
      pieces.push(piece);
      piece = '';
    }
    piece += codePoint;
  }
  return [...pieces, piece];
}

function skipBlank(units: readonly Unit[], from: number): number {
  let index = from;
  while (units[index]?.isBlank) index++;
  return index;
}

function textOf(units: readonly Unit[], start: number, end: number): string {
  return units
    .slice(start, end)
    .map(({ text }) => text)
    .join('');
}
