import { inspect } from 'node:util';
import { Secret } from '../config/index.js';
import { createPino, NestPinoLogger, withLogContext } from './index.js';
import { redact, redactText } from './redaction.js';

const instagramToken = 'IGAAJ8k2mQ9vX4pLr7Zt3Wc1Yh6Nd';
const facebookToken = 'EAAGm0PX4ZCpsBAKZC9QvX2mLr7Zt3Wc';
const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJlLW9mLWl0';

describe('redactText', () => {
  it.each([
    ['a token of Instagram Login', `Bad token ${instagramToken}!`, 'Bad token [redacted]!'],
    ['a token of a Page', `(${facebookToken})`, '([redacted])'],
    ['a JWT', `got ${jwt}.`, 'got [redacted].'],
    ['an OpenAI key', 'sk-proj-4fJq9vX4pLr7Zt3 is wrong', '[redacted] is wrong'],
    ['a Bearer header', 'authorization: Bearer abcdef123456', 'authorization: [redacted]'],
    ['a token in an address', 'GET /me?access_token=abc&fields=id', 'GET /me?access_token=[redacted]&fields=id'],
    ['a proof in an address', '?appsecret_proof=abc123', '?appsecret_proof=[redacted]'],
    ['an OAuth code', '/callback?code=AQD-x_1#_', '/callback?code=[redacted]'],
    ['a signed request', 'signed_request=abc.def', 'signed_request=[redacted]'],
    ['a password of the store', 'mongodb://app:pa55@mongo:27017/x', 'mongodb://[redacted]@mongo:27017/x'],
    ['several at once', `${instagramToken} ${jwt}`, '[redacted] [redacted]'],
  ])('takes out %s', (_what, text, clean) => {
    expect(redactText(text)).toBe(clean);
  });

  it('leaves ids, mids and sentences as they are', () => {
    const text =
      'DM aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE of 17841400008460056: outside_window (code 10, subcode 2534022)';

    expect(redactText(text)).toBe(text);
  });
});

describe('redact', () => {
  it('takes out secrets and what people wrote by the name of their field, however deep', () => {
    const line = {
      account_id: '6740aaaa6740aaaa6740aaaa',
      headers: { Authorization: 'Basic abc', 'X-Hub-Signature-256': 'sha256=00', accept: '*/*' },
      body: { list: [{ text: 'Hello', refresh_token: 'short', mid: 'm_1' }] },
      message_text: 'Hello',
      last_message: null,
    };

    expect(redact(line)).toEqual({
      account_id: '6740aaaa6740aaaa6740aaaa',
      headers: { Authorization: '[redacted]', 'X-Hub-Signature-256': '[redacted]', accept: '*/*' },
      body: { list: [{ text: '[redacted]', refresh_token: '[redacted]', mid: 'm_1' }] },
      message_text: '[redacted]',
      last_message: null,
    });
  });

  it('tells an error’s code from an OAuth code', () => {
    expect(redact([{ code: 190 }, { code: 'ECONNREFUSED' }, { code: 'AQD3x-9_kk' }])).toEqual([
      { code: 190 },
      { code: 'ECONNREFUSED' },
      { code: '[redacted]' },
    ]);
  });

  it('cleans an error’s message, stack, fields and causes', () => {
    const cause = Object.assign(new Error(`GET /me?access_token=${instagramToken} failed`), {
      config: { token: 'x1' },
    });
    const clean = redact(new Error(`refused: ${jwt}`, { cause }));
    const printed = inspect(clean, { depth: 9 });

    for (const secret of [instagramToken, jwt, "'x1'"]) expect(printed).not.toContain(secret);
    expect(clean).toMatchObject({ type: 'Error', message: 'refused: [redacted]', cause: { type: 'Error' } });
  });

  it('bears what is large, deep, binary or in a circle', () => {
    const circle: Record<string, unknown> = { name: 'circle' };
    circle['self'] = circle;

    expect(JSON.stringify(redact(circle))).toContain('[deep]');
    expect(redact({ bytes: Buffer.alloc(5) })).toEqual({ bytes: '[5 bytes]' });
    expect(redact(Array.from({ length: 500 }, () => 1))).toHaveLength(100);
    expect(redact({ key: new Secret('hidden') })).toEqual({ key: '[secret]' });
  });
});

describe('a log line', () => {
  function logger(): { lines: Record<string, unknown>[]; log: NestPinoLogger } {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
    return { lines, log: new NestPinoLogger(createPino('debug', { write })) };
  }

  it('is cleaned whichever way it was written', () => {
    const { lines, log } = logger();
    log.log(`plain ${instagramToken}`, 'Room');
    log.warn({ msg: `with ${jwt}`, text: 'Hello' }, 'Room');
    log.error(new Error(`thrown ${facebookToken}`), 'Room');
    log.error(`told ${instagramToken}`, `Error: told ${instagramToken}\n  at x`, 'Room');

    expect(lines).toHaveLength(4);
    expect(JSON.stringify(lines)).not.toMatch(/IGAA|EAAG|eyJ|Hello/);
    expect(lines.map(({ level, room }) => [level, room])).toEqual([
      ['info', 'Room'],
      ['warn', 'Room'],
      ['error', 'Room'],
      ['error', 'Room'],
    ]);
  });

  it('keeps contexts that overlap apart, and serves the next after the last has closed', async () => {
    const { lines, log } = logger();
    const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const say = (id: string, ms: number) =>
      withLogContext({ request_id: id }, async () => {
        await pause(ms);
        log.log('late');
      });
    await Promise.all([say('r1', 5), say('r2', 20)]);
    await say('r3', 1);

    expect(lines.map(({ request_id }) => request_id)).toEqual(['r1', 'r2', 'r3']);
  });

  it('carries the ids of the request or job it belongs to, across awaits', async () => {
    const { lines, log } = logger();
    await withLogContext({ request_id: 'r1' }, async () => {
      await Promise.resolve();
      await withLogContext({ message_id: 'm1' }, async () => log.log('inside'));
      log.log('after');
    });
    log.log('outside');

    expect(lines.map(({ request_id, message_id }) => [request_id, message_id])).toEqual([
      ['r1', 'm1'],
      ['r1', undefined],
      [undefined, undefined],
    ]);
  });
});
