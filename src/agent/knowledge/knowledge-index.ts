import MiniSearch from 'minisearch';
import { estimateTokens } from '../context/estimate-tokens.js';
import type { KnowledgeKind } from './knowledge-document.schema.js';

/** A passage as it is searched and shown. */
export interface KnowledgePassage {
  /** Names document, revision and place: of another revision it is another passage. */
  id: string;
  document_id: string;
  kind: KnowledgeKind;
  title: string;
  heading?: string;
  text: string;
  language?: string;
  valid_from?: string;
  valid_until?: string;
}

export interface Found {
  passage: KnowledgePassage;
  /** By which it is sorted; says nothing by itself. */
  score: number;
  /** Words of the question that it holds. */
  words: string[];
}

const earlierCounts = 0.5;

/** An account's approved passages in memory, in the order of their documents. */
export class KnowledgeIndex {
  private search?: MiniSearch<{ id: number; title: string; text: string }>;
  /** About what it takes in memory, bytes. */
  readonly size: number;

  constructor(
    readonly revision: number,
    readonly passages: readonly KnowledgePassage[],
  ) {
    this.size = 1_000 + passages.reduce((sum, { text }) => sum + 300 + text.length * 6, 0);
  }

  /** What holds on a day of the shop's calendar, such as `2026-11-30`. */
  inForce(day: string): KnowledgePassage[] {
    return this.passages.filter((passage) => holdsOn(passage, day));
  }

  /**
   * The best for what is asked and for what was asked before it, whose words count half: what is rare among the passages
   * decides. Nothing is left out for a low score: it tells little across questions.
   * @param queries the latest last
   */
  find(queries: readonly string[], day: string, count: number): Found[] {
    const latest = new Set(wordsOf(queries.at(-1) ?? ''));
    return this.words
      .search(queries.join('\n'), { boostTerm: (term) => (latest.has(term) ? 1 : earlierCounts) })
      .filter(({ id }) => holdsOn(this.passages[id as number] as KnowledgePassage, day))
      .slice(0, count)
      .map(({ id, score, terms }) => ({
        passage: this.passages[id as number] as KnowledgePassage,
        score,
        words: terms,
      }));
  }

  /** Built when first asked: most knowledge is shown whole and never searched. */
  private get words() {
    if (this.search) return this.search;
    const search = new MiniSearch<{ id: number; title: string; text: string }>({
      fields: ['title', 'text'],
      tokenize: wordsOf,
      processTerm: (term) => term,
      searchOptions: {
        boost: { title: 2 },
        prefix: (term) => term.length >= 3,
        fuzzy: (term) => term.length > 4 && 0.2,
      },
    });
    search.addAll(
      this.passages.map(({ title, heading, text }, id) => ({ id, title: `${title} ${heading ?? ''}`, text })),
    );
    this.search = search;
    return search;
  }
}

export function tokensOfPassage({ title, heading, text }: KnowledgePassage): number {
  return estimateTokens(`${title}${heading ?? ''}${text}`) + 20;
}

function holdsOn({ valid_from: from, valid_until: until }: KnowledgePassage, day: string): boolean {
  return (from === undefined || from <= day) && (until === undefined || day <= until);
}

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;

/** Words without accents and case; scripts without spaces are cut by the dictionary that comes with ICU. */
export function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  if (!unspaced.test(plain)) return plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...segmenter.segment(plain)].flatMap(({ segment, isWordLike }) => (isWordLike ? [segment] : []));
}
