import { getEventListeners } from 'node:events';
import { completionOf, startOpenAiStandIn, type OpenAiStandIn, type WireReply } from '#libs/sandbox';
import { readSettings } from '../../config/index.js';
import type { ModelRequest } from './agent-model.port.js';
import { ModelClient } from './model.client.js';

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
  model: 'llama-test',
  temperature: 0.4,
  effort: 'low',
  maxOutputTokens: 100,
  messages: [{ role: 'user', content: 'When are you open?' }],
};
const chat = '/chat/completions';

let standIn: OpenAiStandIn;

beforeEach(async () => {
  standIn = await startOpenAiStandIn();
});
afterEach(() => standIn.stop());

const clientWith = (change: Record<string, string> = {}): ModelClient =>
  new ModelClient(readSettings({ ...settings, OPENAI_BASE_URL: standIn.baseUrl, ...change }));
const ask = (client = clientWith(), change: Partial<ModelRequest> = {}) =>
  client.step({ ...request, ...change }, new AbortController().signal);
const failsWith = (status: number, error: unknown, headers: Record<string, string> = {}): void =>
  standIn.replyWith(chat, () => ({ status, headers, body: { error } }));

/** A server that refuses a parameter in its own words, and answers once it is gone. */
function refuses(parameters: string[], refusal: (name: string) => WireReply): void {
  standIn.replyWith(chat, ({ body }) => {
    const refused = parameters.find((name) => name in (body as object));
    return refused ? refusal(refused) : { body: completionOf({ role: 'assistant', content: 'At nine.' }) };
  });
}
const lastSent = () => standIn.requests.at(-1)?.body as Record<string, unknown>;

describe('asking the model', () => {
  it('leaves nothing on the signal it was given, which may live as long as the process', async () => {
    const { signal } = new AbortController();
    const client = clientWith();

    for (let n = 0; n < 3; n++) expect((await client.step(request, signal)).text).toContain('Tuesday to Saturday');

    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('ends with the signal, and throws its reason', async () => {
    standIn.latencyMs = 30_000;
    const above = new AbortController();
    const asking = clientWith().step(request, above.signal);
    const reason = new Error('shutting down');

    setImmediate(() => above.abort(reason));

    await expect(asking).rejects.toBe(reason);
  });

  it('is given up after three times the time of a call, and then the model counts as away', async () => {
    standIn.latencyMs = 30_000;

    const asking = ask(clientWith({ OPENAI_TIMEOUT_MS: '100' }));

    await expect(asking).rejects.toMatchObject({ failure: 'unavailable', message: 'the model took too long' });
  });

  it('tells a model that thinks how long, gives that room of its own, and sends it no temperature', async () => {
    await ask(clientWith(), { model: 'gpt-6-luna', maxOutputTokens: 600 });
    await ask(clientWith(), { model: 'gpt-4o', maxOutputTokens: 600 });

    const [luna, omni] = standIn.asked.map((asked) => asked.request as unknown as Record<string, unknown>);
    expect(luna).toMatchObject({ reasoning_effort: 'low', max_completion_tokens: 1_600, store: false });
    expect(luna).not.toHaveProperty('temperature');
    expect(omni).toMatchObject({ temperature: 0.4, max_completion_tokens: 600 });
    expect(omni).not.toHaveProperty('reasoning_effort');
  });
});

describe('what the model answers', () => {
  const says = async (message: unknown, change = {}) => {
    standIn.resetAnswers();
    standIn.replyWith(chat, () => ({ body: completionOf(message, change) }));
    return ask();
  };

  it.each([
    ['a text', 'At nine.'],
    [
      'a list of text parts',
      [
        { type: 'text', text: 'At ' },
        { type: 'text', text: 'nine.' },
      ],
    ],
    [
      'a thought and a text',
      [
        { type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] },
        { type: 'text', text: 'At nine.' },
      ],
    ],
    [
      'a hidden thought and a text',
      [
        { type: 'redacted_thinking', data: 'x' },
        { type: 'output_text', text: 'At nine.' },
      ],
    ],
    ['a list of strings', ['At ', 'nine.']],
    ['one part without a list', { type: 'text', text: 'At nine.' }],
    ['a text held in an object', [{ type: 'text', text: { value: 'At nine.', annotations: [] } }]],
  ])('is read as %s', async (_, content) => {
    const answer = await says({ role: 'assistant', content, reasoning_content: 'Let me think.' });

    expect(answer).toMatchObject({ text: 'At nine.', truncated: false, inputTokens: 100, outputTokens: 20 });
  });

  it.each([[null], [undefined], [''], [[]], [[{ type: 'thinking', thinking: 'Hm.' }]]])(
    'is nothing when its content is %j',
    async (content) =>
      expect(await says({ role: 'assistant', content }, { finish_reason: 'length' })).toMatchObject({
        text: '',
        truncated: true,
      }),
  );

  it.each([
    ['a number', { role: 'assistant', content: 9 }],
    ['a list of numbers', { role: 'assistant', content: [9] }],
    ['a part whose text is none', { role: 'assistant', content: [{ type: 'text', text: [1] }] }],
    ['no message', undefined],
    ['a list for a message', ['At nine.']],
  ])('can’t be read as %s: one failure, that was paid for', async (_, message) => {
    await expect(says(message)).rejects.toMatchObject({ failure: 'unreadable', answered: true });
    expect(standIn.requests).toHaveLength(1);
  });

  it.each([
    ['{"choices": []}'],
    ['{"choices": {}}'],
    ['[]'],
    ['null'],
    ['"text"'],
    ['<html>hello</html>'],
    ['{"choices": ['],
  ])('can’t be read as the body %s', async (body) => {
    standIn.replyWith(chat, () => ({ body }));
    await expect(ask()).rejects.toMatchObject({ failure: 'unreadable' });
  });

  it.each([
    ['a refusal', { role: 'assistant', content: null, refusal: 'I can’t help with that.' }, {}],
    ['a refusal among its parts', { role: 'assistant', content: [{ type: 'refusal', refusal: 'No.' }] }, {}],
    ['a filter', { role: 'assistant', content: 'At' }, { finish_reason: 'content_filter' }],
  ])('is declined by %s', async (_, message, change) => {
    await expect(says(message, change)).rejects.toMatchObject({ failure: 'declined', mayHaveCost: true });
  });

  it('counts no tokens where the usage is nonsense', async () => {
    const usage = { prompt_tokens: 'many', completion_tokens: -3 };
    expect(await says({ content: 'At nine.' }, { usage })).toMatchObject({ inputTokens: 0, outputTokens: 0 });
  });
});

describe('a parameter that a server does not know', () => {
  it.each<[string, (name: string) => WireReply]>([
    ['its param', (param) => ({ status: 400, body: { error: { message: 'Unsupported parameter', param } } })],
    ['its text', (name) => ({ status: 400, body: { error: { message: `property '${name}' is unsupported` } } })],
    ['a text alone', (name) => ({ status: 422, body: `unknown field "${name}"` })],
    ['an error that is a text', (name) => ({ status: 400, body: { error: `${name}: unknown` } })],
    ['a nested detail', (name) => ({ status: 422, body: { detail: [{ loc: ['body', name], msg: 'Extra inputs' }] } })],
    [
      'a detail within the error',
      (name) => ({ status: 400, body: { error: { message: 'Invalid', details: [{ field: name }] } } }),
    ],
  ])('is left out once %s named it, and from then on', async (_, refusal) => {
    refuses(['store', 'temperature', 'reasoning_effort'], refusal);
    const client = clientWith();

    expect((await ask(client)).text).toBe('At nine.');
    expect(standIn.requests).toHaveLength(4);
    await ask(client);
    expect(standIn.requests).toHaveLength(5);
    expect(Object.keys(lastSent()).toSorted()).toEqual(['max_completion_tokens', 'messages', 'model']);

    await ask(client, { model: 'another' });
    expect(standIn.requests).toHaveLength(9);
  });

  it('is sent by its older name where that is the limit of the answer, which is never left out', async () => {
    refuses(['max_completion_tokens'], (param) => ({ status: 400, body: { error: { message: 'Unknown', param } } }));
    await ask();
    expect(lastSent()).toMatchObject({ max_tokens: 1_100 });

    standIn.resetAnswers();
    refuses(['max_completion_tokens', 'max_tokens'], (param) => ({ status: 400, body: { error: { param } } }));
    await expect(ask()).rejects.toMatchObject({ failure: 'refused' });
    expect(standIn.requests).toHaveLength(4);
  });

  it('is kept where only its value is refused: an effort that the model lacks becomes a low one', async () => {
    standIn.replyWith(chat, ({ body }) =>
      (body as { reasoning_effort?: string }).reasoning_effort === 'low'
        ? { body: completionOf({ content: 'At nine.' }) }
        : {
            status: 400,
            body: {
              error: {
                message: "Unsupported value: 'reasoning_effort' does not support 'none' with this model.",
                param: 'reasoning_effort',
                code: 'unsupported_value',
              },
            },
          },
    );

    expect((await ask(clientWith(), { effort: 'none' })).text).toBe('At nine.');
    expect(standIn.requests).toHaveLength(2);
  });

  it('that is none of ours is a refusal, asked once', async () => {
    failsWith(400, { message: "Invalid 'messages'", param: 'messages' });
    await expect(ask()).rejects.toMatchObject({ failure: 'refused' });
    expect(standIn.requests).toHaveLength(1);
  });
});

describe('a provider that asks us to wait', () => {
  const limited = { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' };

  it.each([
    ['seconds', { 'retry-after': '45' }, 45_000],
    ['milliseconds', { 'retry-after-ms': '30500', 'retry-after': '1' }, 30_500],
    ['a year', { 'retry-after': '31536000' }, 3_600_000],
  ])(
    'for %s is not waited for, and is told by the failure',
    async (_, headers: Record<string, string>, retryAfterMs) => {
      failsWith(429, limited, headers);
      await expect(ask()).rejects.toMatchObject({ failure: 'unavailable', retryAfterMs });
      expect(standIn.requests).toHaveLength(1);
    },
  );

  it('until a date is not waited for either', async () => {
    failsWith(503, limited, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    const failure = (await ask().catch((error: unknown) => error)) as { retryAfterMs: number };
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it.each([['soon'], ['-5'], ['NaN'], ['Infinity'], ['Thu, 01 Jan 1970 00:00:00 GMT']])(
    'with the nonsense %j is asked again after a pause of ours',
    async (value) => {
      standIn.replyWith(chat, () => ({ status: 429, headers: { 'retry-after': value }, body: { error: limited } }), 1);
      expect((await ask()).text).toContain('Tuesday');
    },
  );

  it('for a moment is waited for', async () => {
    standIn.replyWith(chat, () => ({ status: 429, headers: { 'retry-after-ms': '20' }, body: { error: limited } }), 2);
    expect((await ask()).text).toContain('Tuesday');
  });

  it('before it hears a recording is not waited for', async () => {
    const path = '/audio/transcriptions';
    standIn.replyWith(path, () => ({ status: 429, headers: { 'retry-after': '45' }, body: { error: limited } }));
    const hearing = clientWith().transcribe(new File(['x'], 'voice.m4a'), new AbortController().signal);
    await expect(hearing).rejects.toMatchObject({ failure: 'unavailable', retryAfterMs: 45_000 });
    expect(standIn.requests).toHaveLength(1);
  });
});

describe('a provider that takes no more', () => {
  it.each([
    [429, { type: 'insufficient_quota', code: 'insufficient_quota' }],
    [429, { type: 'insufficient_quota', code: null }],
    [429, { type: 'invalid_request_error', code: 'credit_balance_exhausted' }],
    [403, { type: 'billing_not_active' }],
    [402, { message: 'Insufficient Balance' }],
  ])('because the credit is used up (%i %j) is not asked again', async (status, error) => {
    failsWith(status, { message: 'You exceeded your current quota', ...error });
    await expect(ask()).rejects.toMatchObject({ failure: 'quota', mayHaveCost: false });
    expect(standIn.requests).toHaveLength(1);
  });

  it('because the model is gone says so', async () => {
    failsWith(404, { message: 'The model `x` does not exist', type: 'invalid_request_error', code: 'model_not_found' });
    await expect(ask()).rejects.toMatchObject({ failure: 'gone' });
  });

  it('silences its own model alone', async () => {
    standIn.replyWith(chat, ({ body }) =>
      (body as { model: string }).model === 'dead'
        ? { status: 500, headers: { 'retry-after': '60' }, body: { error: {} } }
        : { body: completionOf({ content: 'At nine.' }) },
    );
    const client = clientWith();
    for (let n = 0; n < 5; n++) await expect(ask(client, { model: 'dead' })).rejects.toThrow();

    expect(client.isLeftAlone('dead')).toBe(true);
    await expect(ask(client, { model: 'dead' })).rejects.toMatchObject({ message: 'the circuit is open' });
    expect((await ask(client)).text).toBe('At nine.');
  });
});
