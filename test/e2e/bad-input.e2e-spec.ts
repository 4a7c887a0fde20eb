import { connect } from 'node:net';
import type { Response } from 'supertest';
import { eventually } from '../support/eventually.js';
import { operationsOf, type OpenApiDocument, type Operation } from '../support/openapi.js';
import { useServices } from '../support/services.js';
import { admin, startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

interface ErrorAnswer {
  success: boolean;
  error: string;
  code: string;
  details?: unknown;
  request_id: string;
}

/** What an answer must never hold: a stack, the driver's words, a path of this machine. */
const innards =
  /\bat [\w.<>]+ \(|node_modules|\/src\/|\/dist\/|\.[jt]s:\d|mongo|E11000|CastError|ioredis|ECONN|undefined is not/i;

describe('bad input', () => {
  const services = useServices();
  let test: TestApp;
  let account: string;
  let dm: string;
  let operations: Operation[];
  let call: Awaited<ReturnType<TestApp['call']>>;

  beforeAll(async () => {
    test = await startTestApp({ services, env: { SWAGGER_ENABLED: 'true' } });
    account = await test.connect(tenant.userId, { enabled: false });
    await test.sandbox.customer.sendText('the only message there is').delivered;
    call = await test.call(tenant);
    dm = await eventually(async () => {
      const { body } = (await call.get('/instagram-dms/list').expect(200)) as { body: { data: { _id: string }[] } };
      expect(body.data).toHaveLength(1);
      return body.data[0]?._id ?? '';
    });
    operations = operationsOf((await call.get('/docs-json').expect(200)).body as OpenApiDocument);
  });

  afterAll(() => test?.stop());

  function expectRefusal(answer: Response, status: number, code: string, field?: string): void {
    const body = answer.body as ErrorAnswer;
    expect({ status: answer.status, code: body.code }).toEqual({ status, code });
    expectShape(answer);
    if (field === undefined) return;
    const fields = (body.details as { field: string; expected: string }[]).map((problem) => problem.field);
    expect(fields).toContain(field);
    expect(fields).toEqual([...new Set(fields)]);
    for (const { expected } of body.details as { expected: string }[]) expect(expected.length).toBeGreaterThan(3);
  }

  function expectShape(answer: Response): void {
    expect(answer.body).toEqual({
      success: false,
      error: expect.stringMatching(/\S/),
      code: expect.stringMatching(/^[a-z_]+$/),
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...('details' in (answer.body as object) ? { details: expect.anything() } : {}),
    });
    expect(answer.text).not.toMatch(innards);
  }

  const send = (body: unknown) => call.post('/instagram-dms/send').send(body as object);
  const valid = () => ({ recipient_id: '1254477777772222', message_text: 'Hi', platform_account_id: account });

  describe('in a query', () => {
    it.each([
      ['an operator', 'sender_id[$ne]=', 'sender_id[$ne]'],
      ['an operator in JSON', 'sender_id={"$ne":""}', 'sender_id'],
      ['a list where one is expected', 'sender_id=1&sender_id=2', 'sender_id'],
      ['a list of numbers', 'limit=1&limit=2', 'limit'],
      ['an unknown field', 'senderid=1', 'senderid'],
      ['a prototype key', '__proto__[admin]=1', '__proto__[admin]'],
      ['a constructor key', 'constructor=1', 'constructor'],
      ['a word for a number', 'limit=ten', 'limit'],
      ['nothing for a number', 'limit=', 'limit'],
      ['too large a number', 'limit=101', 'limit'],
      ['a negative number', 'skip=-1', 'skip'],
      ['a number in another notation', 'limit=1e1', 'limit'],
      ['a word for a boolean', 'read=maybe', 'read'],
      ['a value out of a list', 'direction=sideways', 'direction'],
      ['a cursor that none gave', 'cursor=bm90LW9uZQ', 'cursor'],
      ['a cursor with an operator', 'cursor[$gt]=', 'cursor[$gt]'],
      ['an account id that is none', 'platform_account_id=..%2F..', 'platform_account_id'],
    ])('refuses %s: ?%s', async (_what, query, field) => {
      expectRefusal(await call.get(`/instagram-dms/list?${query}`), 400, 'invalid_request', field);
    });

    it('finds nothing for a text that would match everything as an expression', async () => {
      const found = await call.get('/inbox/conversations').query({ q: '.*' }).expect(200);

      expect((found.body as { conversations: unknown[] }).conversations).toEqual([]);
    });
  });

  describe('in a body', () => {
    it.each([
      ['an unknown field', { manual_dm: true }, 'manual_dm'],
      ['a field that only we set', { user_id: 'somebody-else' }, 'user_id'],
      ['a number for a text', { message_text: 5 }, 'message_text'],
      ['null for a text', { message_text: null }, 'message_text'],
      ['an operator for an id', { recipient_id: { $ne: '' } }, 'recipient_id'],
      ['an operator for an account', { platform_account_id: { $gt: '' } }, 'platform_account_id'],
      ['an expression for an account', { platform_account_id: { $regex: '.*' } }, 'platform_account_id'],
      ['a list for an id', { recipient_id: ['1', '2'] }, 'recipient_id'],
      ['a list for an object', { attachment: [] }, 'attachment'],
      [
        'an unknown field deeper down',
        { attachment: { type: 'image', url: 'https://a.example', $where: '1' } },
        'attachment.$where',
      ],
      [
        'an address inside a network',
        { attachment: { type: 'image', url: 'https://169.254.169.254/' } },
        'attachment.url',
      ],
      [
        'too many of them',
        { quick_replies: Array.from({ length: 14 }, () => ({ title: 'a', payload: 'b' })) },
        'quick_replies',
      ],
      ['too long a text', { message_text: 'x'.repeat(10_001) }, 'message_text'],
      ['an empty text', { message_text: ' \n ' }, 'message_text'],
      ['a tag that is none', { tag: 'CONFIRMED_EVENT_UPDATE' }, 'tag'],
      ['a constructor', { constructor: { prototype: { admin: true } } }, 'constructor'],
    ])('refuses %s', async (_what, change, field) => {
      expectRefusal(await send({ ...valid(), ...change }), 400, 'invalid_request', field);
    });

    it.each([
      ['no body', undefined],
      ['null', 'null'],
      ['a list', '[]'],
      ['a number', '42'],
      ['a text', '"hello"'],
    ])('refuses %s where an object is expected', async (_what, text) => {
      const request = call.put('/user-settings').set('content-type', 'application/json');
      expectRefusal(await (text === undefined ? request : request.send(text)), 400, 'invalid_request', 'body');
    });

    it.each([
      ['half of it', '{"message_text": "hi"'],
      ['something else', 'message_text=hi'],
      ['a text with an unknown escape', '{"message_text":"\\x41"}'],
      ['lists 5000 deep', '['.repeat(5_000) + ']'.repeat(5_000)],
      ['objects 5000 deep', '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)],
      ['a list 5000 deep in a field', `{"message_text":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
    ])('refuses %s that says it is JSON', async (_what, text) => {
      const answer = await call.post('/instagram-dms/send').set('content-type', 'application/json').send(text);

      expectRefusal(answer, 400, 'invalid_request', 'body');
    });

    it('refuses a prototype key, which changes nothing', async () => {
      const text = JSON.stringify({ read: true }).replace('{', '{"__proto__":{"admin":true,"text":"changed"},');
      const answer = await call.patch(`/instagram-dms/${dm}`).set('content-type', 'application/json').send(text);

      expectRefusal(answer, 400, 'invalid_request', '__proto__');
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
    });

    it('refuses a body above 256 KiB', async () => {
      const answer = await send({ ...valid(), message_text: 'x'.repeat(300 * 1024) });

      expectRefusal(answer, 413, 'payload_too_large');
    });

    it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
      'refuses the content type %s',
      async (type) => {
        const answer = await call.post('/instagram-dms/send').set('content-type', type).send('recipient_id[$ne]=1');

        expectRefusal(answer, 415, 'unsupported_media_type');
      },
    );
  });

  it('tells Meta’s callbacks of the form that they take', async () => {
    const type = 'multipart/form-data; boundary=x';
    const answer = await call.post('/meta/deauthorize').set('content-type', type).send('signed_request=x');

    expectRefusal(answer, 415, 'unsupported_media_type');
    expect((answer.body as ErrorAnswer).error).toBe('Expected Content-Type: application/x-www-form-urlencoded.');
  });

  it('takes an empty search for none', async () => {
    const { body } = await call.get('/inbox/conversations').query({ q: '' }).expect(200);

    expect((body as { total: number }).total).toBe(1);
  });

  describe('in a path', () => {
    it.each(['not-an-id', '[object Object]', '6740c0de', '%00', '$ne', '..%2f..%2fetc%2fpasswd', 'a'.repeat(400)])(
      'refuses the id %s',
      async (id) => {
        const answer = await call.get(`/instagram-dms/${encodeURI(id).replace('%25', '%')}`);

        expectRefusal(answer, 400, 'invalid_request', 'id');
      },
    );

    it('refuses a part longer than any id', async () => {
      expectRefusal(await call.get(`/instagram-dms/${'a'.repeat(600)}`), 414, 'uri_too_long');
    });

    it('refuses an address that is not validly encoded', async () => {
      expectRefusal(await call.get('/instagram-dms/%E0%A4%A'), 400, 'invalid_request');
    });

    it('says which methods there are when the method is not one of them', async () => {
      const answer = await call.put('/instagram-dms/list').send({});

      expectRefusal(answer, 405, 'method_not_allowed');
      expect(answer.headers['allow']?.split(', ').sort()).toEqual(['GET', 'HEAD']);
      expectRefusal(await call.delete('/accounts'), 405, 'method_not_allowed');
    });

    it('knows nothing of a path that is none', async () => {
      expectRefusal(await call.get('/instagram-dmz'), 404, 'not_found');
    });
  });

  it('answers a head that is too large, or no HTTP at all, in the same shape', async () => {
    expect(
      await raw(test.url, `GET /health HTTP/1.1\r\nhost: a\r\nx-filler: ${'x'.repeat(2_000_000)}\r\n\r\n`),
    ).toMatchObject({
      status: 431,
      body: { success: false, code: 'headers_too_large', request_id: expect.any(String) },
    });
    expect(await raw(test.url, 'HELLO\r\n\r\n')).toMatchObject({
      status: 400,
      body: { success: false, code: 'invalid_request', request_id: expect.any(String) },
    });
  });

  /** Made from the document, so that a route can't be forgotten. */
  describe('on every route', () => {
    const nasty = [
      '$ne',
      '{"$gt":""}',
      "' || '1'=='1",
      '__proto__',
      '\u0000',
      '../../etc/passwd',
      '-1',
      '9'.repeat(40),
      'NaN',
      '\u202e🙂',
    ];

    it('refuses hostile ids and queries without ever failing', async () => {
      const asAdmin = await test.call(admin);
      for (const { method, path, parameters } of operations) {
        if (path === '/inbox/stream') continue; // an answer without an end; its own spec sends it bad input
        for (const text of nasty) {
          const filled = path.replace(/\{\w+\}/g, encodeURIComponent(text));
          const query = Object.fromEntries(
            parameters.filter((one) => one.in === 'query').map(({ name }) => [name, text]),
          );
          const operator = Object.fromEntries(Object.keys(query).map((name) => [`${name}[$ne]`, '']));
          for (const asked of [query, operator, { surprise: text }]) {
            const answer = await asAdmin[method as 'get'](filled).query(asked);
            expectNoFailure(`${method} ${filled} ${JSON.stringify(asked)}`, answer);
          }
        }
      }
    });

    it('refuses hostile bodies without ever failing', async () => {
      for (const { method, path, exampleBody } of operations) {
        if (!exampleBody) continue;
        for (const [name, value] of Object.entries(exampleBody)) {
          for (const bad of [{ $ne: null }, { $gt: '' }, [value, value], null, 1e308, '\u0000', { toString: 1 }]) {
            const body = { ...exampleBody, [name]: bad };
            const answer = await call[method as 'post'](path.replace(/\{\w+\}/g, dm)).send(body);
            expectNoFailure(`${method} ${path} ${JSON.stringify(body)}`, answer);
          }
        }
        const answer = await call[method as 'post'](path.replace(/\{\w+\}/g, dm)).send({
          ...exampleBody,
          $where: 'sleep(1)',
        });
        expectNoFailure(`${method} ${path} with $where`, answer);
        if (!path.startsWith('/webhook')) expect(answer.status).toBeGreaterThanOrEqual(400);
      }
    });

    /** 502 is Meta's refusal, passed on. */
    function expectNoFailure(what: string, answer: Response): void {
      if (answer.status >= 500 && answer.status !== 502)
        throw new Error(`${what} answered ${answer.status} ${answer.text}`);
      if (answer.status >= 400 && answer.type === 'application/json') expectShape(answer);
    }
  });
});

/** Says something that no HTTP client would. */
function raw(url: string, text: string): Promise<{ status: number; body: unknown }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = received.split('\r\n\r\n');
      resolve({ status: Number(head.split(' ')[1]), body: JSON.parse(body) as unknown });
    });
  });
}
