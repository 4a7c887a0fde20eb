import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzzConfig, type KnownIds } from './fuzz/config.js';
import { runSchemathesis, schemathesisFolder } from './fuzz/schemathesis.js';
import { strictDocument } from './fuzz/strict-document.js';
import { seed } from './fuzz/seed.js';
import { operator, startLocalStack } from './stack/local-stack.js';

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    path: { type: 'string' },
    report: { type: 'string' },
  },
});

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Starts the built server, gives it something to show, and lets schemathesis call every documented route. */
async function fuzz(): Promise<number> {
  const folder = await schemathesisFolder(say);
  const stack = await startLocalStack({
    log: say,
    env: { API_RATE_LIMIT_PER_MINUTE: '1000000', AGENT_QUIET_MS: '0' },
  });
  try {
    const known: KnownIds = await seed(stack);
    const file = join(stack.dataDir, 'schemathesis.toml');
    writeFileSync(file, fuzzConfig({ known, short: values.short, seed: Number(values.seed) }));
    const document = join(stack.dataDir, 'openapi.json');
    writeFileSync(document, await strictDocument(stack.apiUrl));
    const args = ['--config-file', file, 'run', document, '--url', stack.apiUrl];
    if (values.path) args.push('--include-path-regex', values.path);
    if (values.report) args.push('--report', 'ndjson', '--report-ndjson-path', values.report);
    return await runSchemathesis(folder, {
      args,
      cwd: stack.dataDir,
      token: stack.token(operator.userId, operator.role),
    });
  } finally {
    await stack.stop();
  }
}

process.exitCode = await fuzz();
