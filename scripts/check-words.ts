/**
 * Holds the tree against docs/glossary.md: no word of its table "Not these" in code or documents, and every injectable
 * class in a file of its own name with the role that Nest gives it. Run by `npm run lint`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const glossary = 'docs/glossary.md';
const roles = [
  ...['Client', 'Controller', 'Factory', 'Filter', 'Guard', 'Interceptor', 'Middleware', 'Pipe', 'Processor'],
  ...['Adapter', 'Repository', 'Service', 'Task'],
];

export interface BannedWord {
  pattern: RegExp;
  instead: string;
}

/** @returns the rows of the glossary's table of words that are not used */
export function bannedWords(text: string): BannedWord[] {
  const table = text.slice(text.indexOf('## Not these'));
  return [...table.matchAll(/^\| `([^`]+)` +\| (.+?) *\|$/gm)].map(([, word = '', instead = '']) => ({
    pattern: new RegExp(`(?<![A-Za-z])${anyCaseAtFirst(word)}(?![a-z])`, 'g'),
    instead,
  }));
}

/** @returns one sentence a banned word */
export function wordProblems(file: string, text: string, banned: readonly BannedWord[]): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      banned.flatMap(({ pattern, instead }) =>
        [...line.matchAll(pattern)].map(([found]) => `${file}:${index + 1}: "${found}" is called ${instead}`),
      ),
    );
}

/** @returns one sentence an injectable class without a role, or in a file of another name */
export function injectableProblems(file: string, text: string): string[] {
  const classes = [...text.matchAll(/@Injectable\([^)]*\)\s*(?:@\w+\([^)]*\)\s*)*export (?:abstract )?class (\w+)/g)];
  return classes.flatMap(([, name = '']) => {
    const role = roles.find((suffix) => name.endsWith(suffix));
    if (!role) return [`${file}: ${name} is injectable and doesn't say its role (${roles.join(', ')})`];
    const expected = `${kebab(name.slice(0, -role.length))}.${role.toLowerCase()}.ts`;
    return basename(file) === expected ? [] : [`${file}: ${name} is expected in ${expected}`];
  });
}

function anyCaseAtFirst(word: string): string {
  return /^[a-z]/i.test(word)
    ? `[${word.charAt(0).toLowerCase()}${word.charAt(0).toUpperCase()}]${word.slice(1)}`
    : word;
}

function kebab(name: string): string {
  return name
    .replace('OAuth', 'Oauth')
    .replace('WhatsApp', 'Whatsapp')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const banned = bannedWords(readFileSync(glossary, 'utf8'));
  const files = execFileSync('git', ['ls-files', 'src', 'libs', 'test', 'scripts', 'docs', '*.md'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => /\.(ts|tsx|mjs|md)$/.test(file) && file !== glossary && !file.includes('check-words'))
    .filter((file) => existsSync(file));
  const problems = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return [
      ...wordProblems(file, text, banned),
      ...(/^src\/.*(?<!spec)\.ts$/.test(file) ? injectableProblems(file, text) : []),
    ];
  });
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) console.error(`\n${problems.length} words or names that ${glossary} calls otherwise.`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
