/**
 * `count-tests.ts failed <report>` prints the files that something failed in; `count-tests.ts count <first> [second]`
 * prints `<passed> <failed>` and then a line for each flaky test. The reports are Jest's (`--json --outputFile`).
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { countTests, failedFiles, type JestReport } from './test-results.js';

function read(file: string | undefined): JestReport | undefined {
  return file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as JestReport) : undefined;
}

function print(lines: string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

const shortName = (file: string): string => relative(process.cwd(), file);
const [what, firstFile, secondFile] = process.argv.slice(2);
// Jest ended before it could say anything: no test passed, and that is a failure of its own.
const first = read(firstFile) ?? { testResults: [{ name: 'jest', status: 'failed', assertionResults: [] }] };
if (what === 'failed') {
  print(failedFiles(first).map(shortName));
} else {
  const { passed, failed, flaky } = countTests(first, read(secondFile), shortName);
  print([`${passed} ${failed}`, ...flaky]);
}
