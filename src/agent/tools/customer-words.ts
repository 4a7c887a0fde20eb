import type { ArgumentValue, ToolArguments, ToolParameter } from './tool-parameters.js';

/** Letters and digits in runs of one kind, folded: `JP-10 42` and `jp1042` are `jp`, `1042` (or `10`, `42`). */
function runsOf(text: string): string[] {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\p{Nd}/gu, (digit) => String(valueOf(digit)));
  return folded.match(/\d+|[\p{Script=Latin}\p{M}]+|[\p{L}\p{M}]+/gu) ?? [];
}

/** Digits of every script stand in rows of ten, the zero first. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (code - zero < 9 && /^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  return code - zero;
}

/**
 * Whether the customer wrote it: the same letters and digits, whatever stands between them, and nothing of a longer
 * number or word.
 */
export function isWrittenBy(value: ArgumentValue, texts: readonly string[]): boolean {
  const wanted = runsOf(String(value)).join('');
  if (wanted === '') return false;
  return texts.some((text) => {
    const runs = runsOf(text);
    return runs.some((_run, from) => startsWithRuns(runs, from, wanted));
  });
}

function startsWithRuns(runs: readonly string[], from: number, wanted: string): boolean {
  let joined = '';
  for (let at = from; at < runs.length && joined.length < wanted.length; at++) joined += runs[at];
  return joined === wanted;
}

/** The parameters marked `from_customer` whose arguments the customer never wrote. */
export function inventedArguments(
  parameters: readonly ToolParameter[],
  args: ToolArguments,
  texts: readonly string[],
): string[] {
  return parameters
    .filter(({ name, from_customer: marked }) => marked && (args[name] ?? null) !== null)
    .filter(({ name }) => !isWrittenBy(args[name] ?? null, texts))
    .map(({ name }) => name);
}
