import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mongoose from 'mongoose';
import request from 'supertest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { signBody } from '#libs/graph-api';
import { createApp } from '../../src/app.factory.js';
import { readSettings } from '../../src/config/index.js';
import { appSecret, deliver, deliveryOf, insertAccount, textEvent } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { testSettings } from '../support/test-app.js';

const services = useServices();
const igId = '17841400000000057';
const previousSecret = 'the-secret-before-the-rotation';
const escaped = JSON.parse(readFileSync(join(__dirname, '../fixtures/graph/signature-escaped-body.json'), 'utf8')) as {
  payload: { raw_body: string; secrets: Record<string, string>; 'X-Hub-Signature-256': Record<string, string> };
};

let app: NestFastifyApplication;
let url: string;
let client: InstanceType<typeof mongoose.mongo.MongoClient>;
let accountId: string;

const deliveries = () => client.db(services.databaseName).collection('webhook_deliveries');
const stored = () =>
  deliveries()
    .find({}, { sort: { _id: 1 } })
    .toArray();

beforeAll(async () => {
  client = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
  accountId = await insertAccount(services.databaseUrl, services.databaseName, igId);
  const env = {
    ROLE: 'api',
    LOG_LEVEL: 'silent',
    INSTAGRAM_CLIENT_SECRET: appSecret,
    META_APP_SECRET: 'the-other-apps-secret',
    APP_SECRET_PREVIOUS: `${previousSecret},${escaped.payload.secrets['instagram_app_secret']}`,
  };
  app = await createApp(readSettings(testSettings(services, env)));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});

afterAll(async () => {
  await app?.close();
  await client?.close();
});

beforeEach(() => deliveries().deleteMany({}));

describe('POST /webhook/…', () => {
  it('skips a byte order mark, the signature being over the bytes as they were sent', async () => {
    await deliver(url, `\uFEFF${JSON.stringify(deliveryOf(igId, [textEvent(igId)]))}`).expect(200);

    expect(await stored()).toMatchObject([{ state: 'received', events: 1, account_ids: [accountId] }]);
  });

  it.each(['/webhook/instagram', '/webhook/meta'])('keeps what Meta sent to %s, then says how many', async (path) => {
    const body = JSON.stringify(deliveryOf(igId, [textEvent(igId), textEvent(igId)]));

    const answer = await deliver(url, body, { path }).expect(200);

    expect(answer.body).toEqual({ success: true, processed: 2 });
    expect(await stored()).toMatchObject([{ payload: body, state: 'received', events: 2, account_ids: [accountId] }]);
  });

  it('keeps the very text, ids beyond 2^53 and escapes included', async () => {
    const body = `{"object":"instagram","entry":[{"id":${igId},"messaging":[{"recipient":{"id":${igId}},"sender":{"id":12345678901234567057},"message":{"mid":"m","text":"\\u00e9 \\/"}}]}]}`;

    await deliver(url, body).expect(200);

    expect((await stored())[0]?.['payload']).toBe(body);
  });

  it('says so when there is nothing in it', async () => {
    for (const body of [
      { object: 'instagram', entry: [] },
      { object: 'instagram' },
      {},
      { object: 'instagram', entry: [{ id: igId }] },
    ]) {
      const answer = await deliver(url, body).expect(200);
      expect(answer.body).toEqual({ success: true, message: 'No messaging events' });
    }
    expect(await stored()).toEqual([]);
  });

  it('answers 404 while no account of it is connected here, and 200 with one that is', async () => {
    const stranger = '17841499999999999';

    const answer = await deliver(url, deliveryOf(stranger, [textEvent(stranger)])).expect(404);
    expect(answer.body).toMatchObject({ success: false, error: 'Account not found' });
    const both = { object: 'instagram', entry: [...entryOf(stranger), ...entryOf(igId)] };
    await deliver(url, both).expect(200);

    expect(await stored()).toMatchObject([{ events: 2, account_ids: [accountId] }]);
  });

  it('takes a delivery for an account soon after it was connected', async () => {
    const late = '17841400000000063';
    await deliver(url, deliveryOf(late, [textEvent(late)])).expect(404);
    await insertAccount(services.databaseUrl, services.databaseName, late);

    // A "no" is remembered for a second: Meta redelivers while an account is being connected.
    await eventually(async () => {
      await deliver(url, deliveryOf(late, [textEvent(late)])).expect(200);
    }, 5_000);
  });

  it("thanks for the dashboard's test event", async () => {
    const value = {
      sender: { id: '12334' },
      recipient: { id: '23245' },
      timestamp: '1527459824',
      message: { mid: 'random_mid', text: 'random_text' },
    };
    const answer = await deliver(url, {
      object: 'instagram',
      entry: [{ id: '0', time: 1, changes: [{ field: 'messages', value }] }],
    });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ success: true, processed: 1 });
    expect(await stored()).toMatchObject([{ state: 'stored', account_ids: [] }]);
  });

  it('acknowledges what is about another product without keeping it', async () => {
    const answer = await deliver(url, { object: 'user', entry: [{ id: '1', messaging: [textEvent('1')] }] }).expect(
      200,
    );

    expect(answer.body).toMatchObject({ success: true });
    expect(await stored()).toEqual([]);
  });

  it.each([5, [], {}, true])('acknowledges an object that is no name, as %j, without keeping it', async (object) => {
    const answer = await deliver(url, { object, entry: entryOf(igId) }).expect(200);

    expect(answer.body).toEqual({ success: true, message: 'Not an Instagram event' });
    expect(await stored()).toEqual([]);
  });

  it('takes an event that nests too deep with its neighbours, as Meta sent them', async () => {
    const deep = `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`;
    const events = [textEvent(igId), { ...textEvent(igId), extra: 'DEEP' }];
    const body = JSON.stringify(deliveryOf(igId, events)).replace('"DEEP"', deep);

    const answer = await deliver(url, body).expect(200);

    expect(answer.body).toEqual({ success: true, processed: 2 });
    expect(await stored()).toMatchObject([{ state: 'received', payload: body }]);
  });

  it('takes changes, standby, flat entries and an array at the top', async () => {
    const value = textEvent(igId);
    const shapes = [
      { object: 'instagram', entry: [{ id: igId, changes: [{ field: 'messages', value }] }] },
      { object: 'instagram', entry: [{ id: igId, standby: [value] }] },
      { object: 'instagram', entry: [{ id: igId, field: 'messages', value }] },
      [{ object: 'instagram', entry: entryOf(igId) }],
      {
        object: 'instagram',
        entry: [{ id: igId, messaging: [{ recipient: { id: igId }, something_new: { mid: 'x' } }] }],
      },
    ];

    for (const shape of shapes) expect((await deliver(url, shape)).body).toEqual({ success: true, processed: 1 });
  });

  it.each(['not json', '', '42', '"text"', 'null', '[]', '[1]', '{"object":"instagram"', '{"a":1}}'])(
    'refuses %j with 400',
    async (body) => {
      const answer = await deliver(url, body);

      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ success: false });
    },
  );

  it('parks what names no account at all: delivering it again would not help', async () => {
    const answer = await deliver(url, { object: 'instagram', entry: [{ messaging: [{ surprise: { a: 1 } }] }] }).expect(
      200,
    );

    expect(answer.body).toEqual({ success: true, processed: 0 });
    expect(await stored()).toMatchObject([{ state: 'parked', error: 'names_no_account' }]);
  });

  it('parks what is signed and nests too deep, instead of having it redelivered for 36 hours', async () => {
    const body = `{"object":"instagram","entry":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;

    const answer = await deliver(url, body).expect(200);

    expect(answer.body).toEqual({ success: true, processed: 0 });
    expect(await stored()).toMatchObject([{ state: 'parked', error: 'too_deep', payload: body }]);
    const letters = client.db(services.databaseName).collection('dead_letters');
    expect(await letters.countDocuments({ kind: 'delivery', reason: 'too_deep' })).toBe(1);
  });

  it.each([
    '{"__proto__":{"a":1},"object":"instagram","entry":[]}',
    '{"constructor":{"prototype":{"a":1}},"object":"instagram"}',
  ])('is not impressed by %s', async (body) => {
    await deliver(url, body).expect(200);
    expect(({} as { a?: number }).a).toBeUndefined();
  });

  it('takes a body of 1000 events within a second', async () => {
    const events = Array.from({ length: 1_000 }, (_, n) => textEvent(igId, `message ${n} ${'x'.repeat(250)}`));
    const body = JSON.stringify(deliveryOf(igId, events));
    expect(body.length).toBeGreaterThan(350_000);

    const startedAt = performance.now();
    const answer = await deliver(url, body).expect(200);

    expect(answer.body).toEqual({ success: true, processed: 1_000 });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('takes just under 3 MB and refuses more', async () => {
    const fill = (bytes: number): string => {
      const empty = JSON.stringify(deliveryOf(igId, [textEvent(igId, '')]));
      return JSON.stringify(deliveryOf(igId, [textEvent(igId, 'x'.repeat(bytes - empty.length - 2))]));
    };

    await deliver(url, fill(3 * 1024 * 1024)).expect(200);
    await deliver(url, fill(3 * 1024 * 1024 + 100)).expect(413);
  });

  it('takes a body whatever its content type says', async () => {
    const body = JSON.stringify(deliveryOf(igId, [textEvent(igId)]));
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-8', 'x/y']) {
      await request(url)
        .post('/webhook/instagram')
        .set('content-type', type)
        .set('x-hub-signature-256', signBody(body, appSecret))
        .send(body)
        .expect(200);
    }
  });

  it('gives each of many deliveries at once its own answer', async () => {
    const known = Array.from({ length: 60 }, () => deliver(url, deliveryOf(igId, [textEvent(igId)])));
    const unknown = Array.from({ length: 20 }, () => deliver(url, deliveryOf('178414', [textEvent('178414')])));

    const answers = await Promise.all([...known, ...unknown]);

    expect(answers.slice(0, 60).every(({ status }) => status === 200)).toBe(true);
    expect(answers.slice(60).every(({ status }) => status === 404)).toBe(true);
    expect(await stored()).toHaveLength(60);
  });
});

describe('the signature', () => {
  const body = JSON.stringify(deliveryOf(igId, [textEvent(igId)]));
  const send = (header: string | undefined, raw: string | Buffer = body) => {
    const post = request(url).post('/webhook/instagram').set('content-type', 'application/json');
    return (header === undefined ? post : post.set('x-hub-signature-256', header)).send(raw);
  };

  it('may be of any configured secret: either app, or the one before the rotation', async () => {
    for (const secret of [appSecret, 'the-other-apps-secret', previousSecret])
      await deliver(url, body, { secret }).expect(200);
    await deliver(url, body, { secret: 'a-third-secret' }).expect(401);
  });

  it('is over the bytes, whose escapes do not survive being parsed and written again', async () => {
    const { raw_body, 'X-Hub-Signature-256': signatures } = escaped.payload;

    // The account is not connected here: 404 is behind the guard, 401 would be the guard.
    await send(signatures['signed_with_instagram_app_secret'], raw_body).expect(404);
    await send(signatures['signed_with_instagram_app_secret'], JSON.stringify(JSON.parse(raw_body))).expect(401);
    await send(signatures['signed_with_facebook_app_secret'], raw_body).expect(401);
  });

  it('is required, whole and SHA-256, and a refusal says nothing of what was expected', async () => {
    const good = signBody(body, appSecret);
    const sha1 = `sha1=${createHmac('sha1', appSecret).update(body).digest('hex')}`;
    const bad = [
      undefined,
      '',
      'sha256=',
      sha1,
      good.slice(7),
      good.slice(0, -1),
      `${good}0`,
      `${good} `.repeat(2),
      good.replace('sha256', 'sha512'),
    ];
    for (const header of bad) {
      const answer = await send(header).expect(401);
      expect(JSON.stringify(answer.body)).not.toContain(good.slice(7));
      expect(answer.body).toMatchObject({ success: false, code: 'bad_signature' });
    }
    expect(await stored()).toEqual([]);
  });

  it('is checked before anything is parsed: an unsigned body that is no JSON is 401, not 400', async () => {
    await send(undefined, 'not json').expect(401);
    await send(`sha256=${'0'.repeat(64)}`, '['.repeat(100_000)).expect(401);
  });

  it('holds against flipped bits and noise', async () => {
    const good = signBody(body, appSecret);
    for (let n = 0; n < 150; n++) {
      const raw = Buffer.from(body);
      const at = randomBytes(2).readUInt16LE() % raw.length;
      raw[at] = (raw[at] ?? 0) ^ (1 << (n % 8));
      await send(good, raw).expect(401);
    }
    for (let n = 0; n < 50; n++) await send(`sha256=${randomBytes(32).toString('hex')}`).expect(401);
    expect(await stored()).toEqual([]);
  });
});

describe('GET /webhook/…', () => {
  const ask = (query: string, path = '/webhook/instagram') => request(url).get(`${path}?${query}`);
  const good = 'hub.mode=subscribe&hub.verify_token=verify-me-please&hub.challenge=1158201444';

  it.each(['/webhook/instagram', '/webhook/meta'])(
    'gives Meta its challenge back as plain text at %s',
    async (path) => {
      const answer = await ask(good, path).expect(200);

      expect(answer.text).toBe('1158201444');
      expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    },
  );

  it('understands the parameters in brackets too', async () => {
    await ask('hub[mode]=subscribe&hub[verify_token]=verify-me-please&hub[challenge]=77').expect(200, '77');
  });

  it('never lets a challenge be a page', async () => {
    const answer = await ask(good.replace('1158201444', '<script>alert(1)</script>')).expect(200);

    expect(answer.headers['content-type']).toMatch(/^text\/plain/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['a wrong token', good.replace('verify-me', 'verify-not-me')],
    ['no token', 'hub.mode=subscribe&hub.challenge=1'],
    ['an empty token', 'hub.mode=subscribe&hub.challenge=1&hub.verify_token='],
    ['another mode', good.replace('subscribe', 'unsubscribe')],
    ['no challenge', 'hub.mode=subscribe&hub.verify_token=verify-me-please'],
    ['a token given twice', `${good}&hub.verify_token=verify-me-please`],
    ['a challenge given twice', `${good}&hub.challenge=2`],
    ['an operator for a token', good.replace('hub.verify_token=', 'hub.verify_token[$ne]=')],
    ['nothing', ''],
  ])('refuses %s with 403', async (_what, query) => {
    const answer = await ask(query).expect(403);
    expect(answer.body).toMatchObject({ success: false, code: 'forbidden' });
    expect(answer.text).not.toContain('verify-me-please');
  });
});

function entryOf(id: string): unknown[] {
  return deliveryOf(id, [textEvent(id)])['entry'] as unknown[];
}
