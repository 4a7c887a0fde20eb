import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from './error-codes.js';
import { codesByStatus } from './error.filter.js';

const root = join(__dirname, '../..');

interface ErrorClass {
  parent: string;
  status?: string;
  code?: string;
  /** Codes that its constructor chooses from: the keys of the file's sentences. */
  chosen?: string[];
}

/** Every class that extends another one, by name, with what it says of its status and code. */
function errorClasses(): Map<string, ErrorClass> {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const classes = new Map<string, ErrorClass>();
  for (const file of files.filter((name) => name.endsWith('.ts') && !name.endsWith('spec.ts'))) {
    const text = readFileSync(join(root, 'src', file), 'utf8');
    const sentences = /const sentences = \{([\s\S]*?)\n\} as const/.exec(text)?.[1] ?? '';
    for (const [, name = '', parent = '', body = ''] of text.matchAll(
      /^(?:export )?(?:abstract )?class (\w+) extends (\w+) \{(\}|[\s\S]*?^\})/gm,
    )) {
      classes.set(name, {
        parent,
        status: /\bstatus(?:: number)? = (\d{3})/.exec(body)?.[1],
        code: /\bcode(?:: string)? = '(\w+)'/.exec(body)?.[1],
        ...(/this\.code = /.test(body)
          ? { chosen: [...sentences.matchAll(/^ {2}(\w+):/gm)].map(([, key = '']) => key) }
          : {}),
      });
    }
  }
  return classes;
}

/** All pairs of code and status that the server can answer with. */
function answers(): Set<string> {
  const classes = errorClasses();
  const isAppError = (name: string): boolean =>
    name === 'AppError' || (classes.has(name) && isAppError(classes.get(name)?.parent ?? ''));
  const inherited = (name: string, field: 'status' | 'code'): string | undefined =>
    classes.get(name)?.[field] ?? (classes.has(name) ? inherited(classes.get(name)?.parent ?? '', field) : undefined);
  const pairs = new Set(Object.entries(codesByStatus).map(([status, code]) => `${code} ${status}`));
  for (const [name, { chosen }] of classes) {
    if (name === 'AppError' || !isAppError(name)) continue;
    const codes = chosen ?? [inherited(name, 'code')];
    for (const code of codes) pairs.add(`${code} ${inherited(name, 'status')}`);
  }
  return pairs.add('internal_error 500');
}

describe('docs/errors.md', () => {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)` *\| (\d{3}) *\| [^|]{10,}\| [^|]{5,}\|$/gm)].map(
    ([, code, status]) => `${code} ${status}`,
  );

  it('tells of every code that an answer can carry, with its status', () => {
    const missing = [...answers()].filter((pair) => !documented.includes(pair));

    expect(answers().size).toBeGreaterThan(35);
    expect(missing).toEqual([]);
  });

  it('tells of none that there is not, and of none twice', () => {
    expect(documented.filter((pair) => !answers().has(pair))).toEqual([]);
    expect(new Set(documented).size).toBe(documented.length);
  });

  it('has the codes that the API’s document lists, in their order', () => {
    expect([...new Set(documented.map((pair) => pair.split(' ')[0]))].sort()).toEqual(errorCodes);
  });
});
