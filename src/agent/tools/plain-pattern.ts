/**
 * A regular expression of the simplest kind: letters, classes and how often each comes, one behind the other
 * (`^JP-\d{5}$`). Owners write them, so no engine runs them: a text is matched in one pass, whatever the pattern.
 */
export interface PlainPattern {
  parts: readonly Part[];
}

interface Part {
  has: (letter: string) => boolean;
  min: number;
  max: number;
}

const digit = (letter: string): boolean => /^[0-9]$/.test(letter);
const word = (letter: string): boolean => /^[A-Za-z0-9_]$/.test(letter);
const classes: Record<string, (letter: string) => boolean> = { d: digit, w: word, s: (letter) => /^\s$/.test(letter) };
const mostTimes = 200;

/** @returns `undefined` for what is no such pattern */
export function plainPattern(source: string): PlainPattern | undefined {
  const text = source.replace(/^\^/, '').replace(/(?<!\\)\$$/, '');
  const parts: Part[] = [];
  const piece = /(\[(?:\\.|[^\]\\])+\]|\\.|[^\\[\](){}|*+?.^$])(\{\d{1,3}(?:,\d{0,3})?\}|[*+?])?/uy;
  while (piece.lastIndex < text.length) {
    const [, atom, times = ''] = piece.exec(text) ?? [];
    const has = atom === undefined ? undefined : lettersOf(atom);
    if (!has) return undefined;
    parts.push({ has, ...rangeOf(times) });
  }
  return parts.length > 0 && parts.length <= 50 && parts.every(({ min, max }) => min <= max) ? { parts } : undefined;
}

/** Whether the whole of the text is as the pattern says. Takes letters times parts, whatever both are. */
export function matchesWhole({ parts }: PlainPattern, text: string): boolean {
  const letters = [...text];
  const end = letters.length;
  let reached: boolean[] = [true];
  for (const { has, min, max } of parts) {
    const next: boolean[] = [];
    // How many letters in a row fit from each place on, and up to where the furthest place before has reached.
    const runs = Array<number>(end + 1).fill(0);
    for (let at = end - 1; at >= 0; at--) runs[at] = has(letters[at] as string) ? (runs[at + 1] as number) + 1 : 0;
    let furthest = -1;
    for (let at = 0; at <= end; at++) {
      const from = at - min;
      if (from >= 0 && reached[from] && (runs[from] as number) >= min)
        furthest = Math.max(furthest, from + Math.min(max, runs[from] as number));
      if (at <= furthest) next[at] = true;
    }
    reached = next;
  }
  return reached[end] === true;
}

function rangeOf(times: string): { min: number; max: number } {
  if (times === '') return { min: 1, max: 1 };
  if (times === '?') return { min: 0, max: 1 };
  if (times === '*' || times === '+') return { min: times === '+' ? 1 : 0, max: mostTimes };
  const [, least = '1', comma, most] = /^\{(\d+)(,)?(\d+)?\}$/.exec(times) ?? [];
  const min = Number(least);
  return { min, max: comma === undefined ? min : Math.min(most === undefined ? mostTimes : Number(most), mostTimes) };
}

function lettersOf(atom: string): ((letter: string) => boolean) | undefined {
  if (!atom.startsWith('[')) return letterOf(atom);
  const inside = atom.slice(1, -1);
  const negated = inside.startsWith('^');
  const any: ((letter: string) => boolean)[] = [];
  for (const [, from = '', to] of inside.slice(negated ? 1 : 0).matchAll(/(\\.|[^\\])(?:-(\\.|[^\\]))?/gu)) {
    const [first, last] = [plain(from), to === undefined ? undefined : plain(to)];
    if (last === undefined) {
      const has = letterOf(from);
      if (!has) return undefined;
      any.push(has);
    } else if (first === undefined || first > last) return undefined;
    else any.push((letter) => letter >= first && letter <= last);
  }
  return (letter) => any.some((has) => has(letter)) !== negated;
}

function letterOf(atom: string): ((letter: string) => boolean) | undefined {
  const named = atom.startsWith('\\') ? classes[atom.slice(1)] : undefined;
  const itself = plain(atom);
  return named ?? (itself === undefined ? undefined : (letter) => letter === itself);
}

/** The letter itself, a sign behind a backslash too; `undefined` for what has a meaning of its own (`\b`). */
function plain(atom: string): string | undefined {
  if (!atom.startsWith('\\')) return atom;
  return /^\\[^A-Za-z0-9]$/u.test(atom) ? atom.slice(1) : undefined;
}
