/**
 * `npm run audit`: asks the registry what is known of the packages that are shipped. 0: nothing that was not accepted.
 * 1: something. 75: the registry did not answer, so nothing is known; CI counts that as skipped, never as passed.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAudit, type AcceptedFinding } from './supply-chain/audit-report.js';

const list = join(import.meta.dirname, 'supply-chain/accepted-findings.json');
const accepted = JSON.parse(readFileSync(list, 'utf8')) as AcceptedFinding[];
const { stdout } = spawnSync('npm', ['audit', '--json', '--omit=dev'], { encoding: 'utf8', timeout: 120_000 });
const outcome = readAudit(stdout ?? '', accepted, new Date().toISOString().slice(0, 10));

switch (outcome.kind) {
  case 'clean':
    process.stdout.write(
      `Nothing is known of what is shipped, but for ${outcome.accepted.length} accepted findings.\n`,
    );
    break;
  case 'findings':
    process.stderr.write(`${outcome.sentences.join('\n')}\n\nUpdate, or accept with a reason and a date in ${list}\n`);
    process.exitCode = 1;
    break;
  case 'not_answered':
    process.stderr.write(`NOT CHECKED: the registry does not answer audits (${outcome.reason}). Nothing is known.\n`);
    process.exitCode = 75; // EX_TEMPFAIL
}
