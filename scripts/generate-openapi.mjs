/**
 * Writes openapi.json from the routes of the built server, or with `--check` fails when the file is not what the
 * routes say. Runs on dist/, because only the build carries the types that Swagger reads.
 */
import 'reflect-metadata';
import { Buffer } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

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
} else {
  writeFileSync(file, document);
}
process.exit(0);
