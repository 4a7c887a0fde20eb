/**
 * Writes openapi.json from the routes of the built server, or with `--check` fails when the file is not what the
 * routes say, or says something that makes clients' generators stumble. Runs on dist/, because only the build carries the types that Swagger reads.
 */
import 'reflect-metadata';
import { Buffer } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createConfig, lint } from '@redocly/openapi-core';

const file = fileURLToPath(new URL('../openapi.json', import.meta.url));
const { createApp } = await import('../dist/app.factory.js');
const { readSettings } = await import('../dist/config/index.js');
const { openApiDocument } = await import('../dist/http/index.js');

const config = readSettings({
  ENVIRONMENT: 'test',
  LOG_LEVEL: 'silent',
  ROLE: 'api',
  DATABASE_URL: 'mongodb://127.0.0.1:1/',
  REDIS_URL: 'redis://127.0.0.1:1',
  META_WEBHOOK_VERIFY_TOKEN: 'not-used-here',
  INSTAGRAM_CLIENT_SECRET: 'not-used-here',
  JWT_SECRET: 'not-used-here',
  ENCRYPTION_KEY: Buffer.alloc(32).toString('base64'),
});
// Preview: Nest knows every route and creates nothing that would connect anywhere.
const app = await createApp(config, { preview: true });
const document = `${JSON.stringify(openApiDocument(app), null, 2)}\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== document) {
    process.stderr.write('openapi.json is not what the routes say; run `npm run openapi` and commit the file.\n');
    process.exit(1);
  }
  const problems = await lintProblems();
  for (const { pointer, message } of problems) process.stderr.write(`openapi.json ${pointer}: ${message}\n`);
  if (problems.length > 0) process.exit(1);
} else {
  writeFileSync(file, document);
}
process.exit(0);

/** What the linter's recommended rules find, but for: the product has no licence, health checks fail with 503 alone. */
async function lintProblems() {
  const rules = { 'info-license': 'off', 'operation-4xx-response': 'off', 'operation-operationId': 'error' };
  const config = await createConfig({ extends: ['recommended'], rules });
  const found = await lint({ ref: file, config });
  return found.map(({ message, location: [place] }) => ({ message, pointer: place?.pointer ?? '' }));
}
