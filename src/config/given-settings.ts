import { readFileSync, statSync } from 'node:fs';
import { fileSettings, listSettings, smallLettersToo } from './env.js';
import type { SettingProblem } from './setting-problem.js';

type Source = Record<string, string | undefined>;

/** Settings as they were meant: read from files where they stand in files, without what came with copying them. */
export interface GivenSettings {
  values: Record<string, string>;
  problems: SettingProblem[];
  /** What was changed on the way, by names alone. To be logged once. */
  notices: string[];
}

const maxFileBytes = 64 * 1024;
/** White space, a byte order mark, and characters that copying from a web page or a chat brings and nobody sees. */
const invisible = '\\s\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2064\\ufeff';
const atTheEdges = new RegExp(`^[${invisible}]+|[${invisible}]+$`, 'gu');
/** Of these none is part of a value: spaces are, a phrase may be a secret. */
const neverInside = /[\p{Cc}\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]/u;
const quoted = /^(["'])(.*)\1$/su;

/**
 * Cuts off what surrounds a value (a file's last newline, quotes that a shell would have taken away) and reads
 * `<NAME>_FILE`. A secret with a newline behind it verifies nothing, and nothing else would say why.
 * @param names of all settings there are
 */
export function givenSettings(source: Source, names: readonly string[]): GivenSettings {
  const given: GivenSettings = { values: {}, problems: [], notices: [] };
  const trimmed: string[] = [];
  for (const name of names) {
    const raw = rawValue(name, source, given.problems);
    if (raw === undefined || raw.text === '') continue;
    const value = bare(name, raw.text);
    // A file ends with a newline: that says nothing of whoever wrote it.
    if (value !== (raw.isFile ? raw.text.replace(/\r?\n$/, '') : raw.text)) trimmed.push(name);
    if (value === '') continue;
    given.values[name] = value;
    if (neverInside.test(value))
      given.problems.push({ name, expected: 'has a line break or an invisible character inside: write it anew' });
  }
  if (trimmed.length > 0)
    given.notices.push(`white space, quotes or invisible characters around these were cut off: ${trimmed.join(', ')}`);
  return given;
}

function rawValue(name: string, source: Source, problems: SettingProblem[]) {
  const text = source[name] ?? (smallLettersToo.includes(name) ? source[name.toLowerCase()] : undefined);
  const fileName = `${name}_FILE`;
  const path = source[fileName]?.replace(atTheEdges, '');
  if (!path || !fileSettings.includes(name)) return text === undefined ? undefined : { text, isFile: false };
  if (text !== undefined && text.replace(atTheEdges, '') !== '') {
    problems.push({ name: fileName, expected: `is set, and so is ${name}: set one of the two` });
    return undefined;
  }
  const read = readSmall(path);
  if ('problem' in read) problems.push({ name: fileName, expected: read.problem });
  // What the file lacks is not told a second time as a setting that is missing.
  return 'problem' in read ? undefined : { text: read.text, isFile: true };
}

function readSmall(path: string): { text: string } | { problem: string } {
  try {
    if (statSync(path).size > maxFileBytes) return { problem: `expected a file of at most ${maxFileBytes} bytes` };
    const text = readFileSync(path, 'utf8');
    return text.replace(atTheEdges, '') === '' ? { problem: 'names a file that is empty' } : { text };
  } catch (error) {
    return { problem: `names a file that can’t be read (${String((error as { code?: unknown }).code)})` };
  }
}

function bare(name: string, text: string): string {
  let value = text.replace(atTheEdges, '');
  value = (quoted.exec(value)?.[2] ?? value).replace(atTheEdges, '');
  // One a line, as people write a list into a file.
  if (!listSettings.includes(name)) return value;
  return value
    .split(/[,\n\r]+/u)
    .map((part) => bare('', part))
    .filter((part) => part !== '')
    .join(',');
}
