import { getEventListeners } from 'node:events';
import { startOpenAiStandIn, type OpenAiStandIn } from '#libs/sandbox';
import { readSettings } from '../../config/index.js';
import { ModelClient, type ModelRequest } from './model-client.js';

const settings = {
  DATABASE_URL: 'mongodb://127.0.0.1:27017/?replicaSet=rs0',
  REDIS_URL: 'redis://127.0.0.1:6379',
  META_WEBHOOK_VERIFY_TOKEN: 'any-verify-token',
  META_APP_SECRET: 'any-app-secret',
  JWT_SECRET: 'any-jwt-secret',
  ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
  OPENAI_API_KEY: 'sk-any',
};
const request: ModelRequest = {
  model: 'gpt-test',
  temperature: 0.4,
  effort: 'low',
  maxOutputTokens: 100,
  messages: [{ role: 'user', content: 'When are you open?' }],
};

let standIn: OpenAiStandIn;

beforeEach(async () => {
  standIn = await startOpenAiStandIn();
});
afterEach(() => standIn.stop());

const clientWith = (change: Record<string, string> = {}): ModelClient =>
  new ModelClient(readSettings({ ...settings, OPENAI_BASE_URL: standIn.baseUrl, ...change }));

describe('asking the model', () => {
  it('leaves nothing on the signal it was given, which may live as long as the process', async () => {
    const { signal } = new AbortController();
    const client = clientWith();

    for (let n = 0; n < 3; n++) expect((await client.ask(request, signal)).text).toContain('Tuesday to Saturday');

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends with the signal, and throws its reason', async () => {
    standIn.latencyMs = 30_000;
    const above = new AbortController();
    const asking = clientWith().ask(request, above.signal);
    const reason = new Error('shutting down');

    setImmediate(() => above.abort(reason));

    await expect(asking).rejects.toBe(reason);
  });

  it('is given up after three times the time of a call, and then the model counts as away', async () => {
    standIn.latencyMs = 30_000;

    const asking = clientWith({ OPENAI_TIMEOUT_MS: '100' }).ask(request, new AbortController().signal);

    await expect(asking).rejects.toMatchObject({ failure: 'unavailable', message: 'the model took too long' });
  });
});
