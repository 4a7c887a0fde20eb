import 'reflect-metadata';
import { cliEnv, InvalidSettingsError, readSettings } from '../config/index.js';
import { examine, lineOf } from '../setup/index.js';

const usage = `npm run doctor

Looks at the settings and at everything they name, while the server runs: MongoDB (replica set, version, writes), Redis
(append-only file, no eviction), the public address, Meta's question about the webhook, the models, the bucket. Changes nothing
but a mark that it was there. Exit code 0: it can do its work, whatever is WEAK; 1: something FAILED; 78: settings are wrong.`;

async function main(): Promise<number> {
  if (process.argv.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const findings = await examine(readSettings(cliEnv()));
  process.stdout.write(`${findings.map(lineOf).join('\n')}\n`);
  return findings.some(({ state }) => state === 'failed') ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(error instanceof InvalidSettingsError ? 78 : 1);
  },
);
