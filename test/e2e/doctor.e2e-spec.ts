import { readSettings } from '../../src/config/index.js';
import { examine, lineOf, type Finding } from '../../src/setup/index.js';
import { useServices } from '../support/services.js';
import { startTestApp, testSettings, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);
const services = useServices();
let app: TestApp;
let env: Record<string, string>;

beforeAll(async () => {
  app = await startTestApp({ services });
  env = { ...app.sandbox.env, API_URL: app.url };
}, 60_000);
afterAll(() => app?.stop());

const examined = (changes: Record<string, string> = {}): Promise<Finding[]> =>
  examine(readSettings(testSettings(services, { ...env, ...changes })));
const states = (findings: Finding[], part: string) =>
  findings.filter((finding) => finding.part === part).map(({ state }) => state);

it('finds that a server can do its work, and what is weak of it', async () => {
  const findings = await examined();

  expect(findings.filter(({ state }) => state === 'failed').map(lineOf)).toEqual([]);
  expect(states(findings, 'MongoDB')).toEqual(expect.arrayContaining(['ok', 'weak']));
  expect(states(findings, 'Webhook')).toEqual(['ok']);
  expect(states(findings, 'Bucket')).toEqual(['skipped']);
});

it('says of each part by itself that it can’t be used, and never shows a password', async () => {
  const findings = await examined({
    DATABASE_URL: 'mongodb://shop:tell-nobody@127.0.0.1:1/?replicaSet=rs0',
    REDIS_URL: 'redis://shop:tell-nobody@127.0.0.1:1',
    API_URL: 'http://127.0.0.1:1',
    ...{ S3_BUCKET_NAME: 'copies', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' },
    ...{ AWS_ACCESS_KEY_ID: 'shop', AWS_SECRET_ACCESS_KEY: 'tell-nobody' },
  });

  for (const part of ['MongoDB', 'Redis', 'Public address', 'Bucket'])
    expect(states(findings, part)).toEqual(['failed']);
  expect(findings.map(lineOf).join('\n')).not.toContain('tell-nobody');
});

it('sees that the running server was given another verify token', async () => {
  const findings = await examined({ META_WEBHOOK_VERIFY_TOKEN: 'another-verify-token' });

  expect(states(findings, 'Webhook')).toEqual(['failed']);
});
