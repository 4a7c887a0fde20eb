import { cleanText } from '../text/clean-text.js';

/** A piece of a document: what is searched, shown to the model and named as a source. */
export interface Passage {
  /** The headings above it, from the title down. */
  heading?: string;
  text: string;
}

/** About 300 tokens: one subject, a few of them fit into a prompt. */
const passageLength = 1_200;
/** A document of more says too much to be one. */
export const maxPassages = 2_000;

/** Cuts Markdown at headings, then at paragraphs; a table that has to be cut repeats its header. */
export function passagesOf(markdown: string): Passage[] {
  const passages: Passage[] = [];
  for (const { heading, lines } of sectionsOf(cleanText(markdown))) {
    const above = heading.length > 0 ? { heading: heading.join(' › ') } : {};
    for (const text of pack(blocksOf(lines))) passages.push({ ...above, text });
  }
  return passages.slice(0, maxPassages);
}

interface Section {
  heading: string[];
  lines: string[];
}

function sectionsOf(markdown: string): Section[] {
  const path: string[] = [];
  let current: Section = { heading: [], lines: [] };
  const sections = [current];
  for (const line of markdown.split('\n')) {
    const [, marks, words] = /^(#{1,6})\s+(.+?)\s*#*$/.exec(line) ?? [];
    if (marks === undefined || words === undefined) current.lines.push(line);
    else {
      path.splice(marks.length - 1);
      path[marks.length - 1] = words;
      current = { heading: path.filter(Boolean), lines: [] };
      sections.push(current);
    }
  }
  return sections;
}

/** Paragraphs, and pieces of what is too long for one passage. */
function blocksOf(lines: readonly string[]): string[] {
  const blocks = lines
    .join('\n')
    .split(/\n\s*\n/)
    .map((block) => block.trim())
    .filter((block) => block !== '');
  return blocks.flatMap((block) => (block.length <= passageLength ? [block] : cut(block)));
}

function cut(block: string): string[] {
  const lines = block.split('\n');
  const isTable = lines.length > 2 && /^\s*\|?[\s:|-]+\|[\s:|-]*$/.test(lines[1] ?? '');
  const header = isTable ? lines.slice(0, 2) : [];
  const units = isTable || lines.length > 3 ? lines.slice(header.length) : block.split(/(?<=[.!?。！？])\s*/u);
  const glue = isTable || lines.length > 3 ? '\n' : ' ';
  const pieces: string[] = [];
  let piece = '';
  for (const unit of units.flatMap(hardCut)) {
    if (piece !== '' && piece.length + unit.length > passageLength) {
      pieces.push(piece);
      piece = '';
    }
    piece += (piece === '' ? '' : glue) + unit;
  }
  return [...pieces, piece].filter(Boolean).map((text) => [...header, text].join('\n'));
}

function hardCut(unit: string): string[] {
  return unit.length <= passageLength ? [unit] : (unit.match(new RegExp(`[\\s\\S]{1,${passageLength}}`, 'gu')) ?? []);
}

/** Neighbours share a passage while they fit. */
function pack(blocks: readonly string[]): string[] {
  const packed: string[] = [];
  for (const block of blocks) {
    const last = packed.at(-1);
    if (last !== undefined && last.length + block.length < passageLength)
      packed[packed.length - 1] = `${last}\n\n${block}`;
    else packed.push(block);
  }
  return packed;
}
