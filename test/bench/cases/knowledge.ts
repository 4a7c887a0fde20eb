import { setTimeout as sleep } from 'node:timers/promises';
import { interleave } from '../measure/interleave.js';
import { figures, median, percentile, ratio } from '../measure/statistics.js';
import type { BenchCase, Contender, Measurement, RunOptions } from '../plan.js';

interface Passage {
  id: string;
  document_id: string;
  kind: 'text';
  title: string;
  text: string;
}

interface BuiltIndex {
  find(queries: readonly string[], day: string, count: number): unknown[];
}
type Index = new (revision: number, passages: readonly Passage[]) => BuiltIndex;

const builtIndex = '../../../dist/agent/knowledge/knowledge-index.js';
const day = '2026-11-30';
const shown = 8;
const sizes = [300, 10_000, 50_000];

/** Words of a shop's texts: some in nearly every passage, most in few, as in any language. */
const letters = ['ba', 'ko', 'li', 'mu', 'ne', 'ro', 'sa', 'ti', 'vu', 'ze', 'ga', 'do', 'pe', 'fi', 'hu'];
const word = (index: number): string =>
  [index, Math.floor(index / 15), Math.floor(index / 225), index * 7].map((one) => letters[one % 15]).join('');

/** Searching an account's knowledge in the process, against reading through all of it. */
export const knowledge: BenchCase = {
  name: 'knowledge',
  title: 'Searching an account’s knowledge: 300, 10,000 and 50,000 passages',
  byDefault: false,
  inSmoke: true,
  async run(options) {
    const { KnowledgeIndex } = (await import(builtIndex)) as { KnowledgeIndex: Index };
    const result = { lines: [], checks: [], notes: [] } as Awaited<ReturnType<BenchCase['run']>>;
    for (const size of options.smoke ? [300] : sizes) {
      const passages = passagesOf(size);
      const { index, buildMs, heapMb } = await built(KnowledgeIndex, passages);
      const contenders: Contender[] = [
        {
          name: `reading through ${size.toLocaleString('en')} passages`,
          isFloor: true,
          measure: () => measure((query) => readThrough(passages, query), options),
        },
        {
          name: `searching ${size.toLocaleString('en')} passages`,
          measure: () => measure((query) => index.find([query], day, shown), options),
        },
      ];
      const lines = await interleave(contenders, options);
      const [floor, searched] = lines;
      result.lines.push(...lines);
      if (!floor || !searched) continue;
      result.checks.push({
        what: `p99 of a search among ${size.toLocaleString('en')} passages`,
        value: median(figures(searched, 'p99Ms')),
        ...{ unit: 'ms', aim: { atMost: size <= 300 ? 5 : size <= 10_000 ? 50 : 250 } },
      });
      result.notes.push(
        `${size.toLocaleString('en')} passages: the index is built in ${buildMs.toFixed(0)} ms, once a revision, and takes ${heapMb.toFixed(0)} MB; ` +
          `a search takes ${ratio(searched, floor, 'p50Ms').toFixed(2)} × the reading through, which knows no other form of a word and no misspelling.`,
      );
    }
    return result;
  },
};

function passagesOf(size: number): Passage[] {
  return Array.from({ length: size }, (_, at): Passage => {
    const words = Array.from({ length: 120 }, (_word, place) =>
      word(place % 3 === 0 ? place : (at * 31 + place * place) % 9_000),
    );
    const title = `${word(at % 9_000)} ${word((at * 13) % 9_000)}`;
    return { id: `p${at}`, document_id: `d${at >> 2}`, kind: 'text', title, text: words.join(' ') };
  });
}

async function built(Built: Index, passages: readonly Passage[]) {
  const before = process.memoryUsage().heapUsed;
  const startedAt = performance.now();
  const index = new Built(1, passages);
  // It is made when it is first asked.
  index.find([word(1)], day, shown);
  const buildMs = performance.now() - startedAt;
  await sleep(50);
  return { index, buildMs, heapMb: Math.max(0, process.memoryUsage().heapUsed - before) / 1_048_576 };
}

/** The floor: each word of the question looked for in each text. */
function readThrough(passages: readonly Passage[], query: string): string[] {
  const words = query.split(' ');
  const scored = passages.map(({ id, title, text }) => {
    let score = 0;
    for (const one of words) score += (title.includes(one) ? 2 : 0) + (text.includes(one) ? 1 : 0);
    return { id, score };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, shown)
    .map(({ id }) => id);
}

async function measure(
  search: (query: string) => unknown,
  { seconds, warmUpSeconds }: RunOptions,
): Promise<Measurement> {
  const times: number[] = [];
  const startedAt = performance.now();
  const measuredAt = startedAt + warmUpSeconds * 1_000;
  const until = measuredAt + seconds * 1_000;
  for (let asked = 0; performance.now() < until; asked += 1) {
    const query = [1, 7, 11, 19, 23].map((step) => word((asked * step * 17 + step) % 9_000)).join(' ');
    const began = performance.now();
    search(query);
    if (began >= measuredAt) times.push(performance.now() - began);
    if (asked % 20 === 0) await sleep(0);
  }
  return { rate: times.length / seconds, p50Ms: median(times), p99Ms: percentile(times, 99), failures: 0 };
}
