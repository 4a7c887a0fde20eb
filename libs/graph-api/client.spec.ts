import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { graphFixture } from '../../test/fixtures/graph-fixtures.js';
import { GraphServer } from '../../test/support/graph-server.js';
import { GraphClient, type GraphAccess, type GraphCallInfo, type GraphClientOptions } from './index.js';
import { appSecretProof, classifyGraphFailure, GraphApiError, GraphCallError, type GraphError } from './index.js';

const accessToken = 'IGAAplantedTokenThatMustNeverShowUp0123456789';
const access: GraphAccess = { login: 'instagram', igId: '17841400008460056', accessToken };
const pageAccess: GraphAccess = { ...access, login: 'facebook', accessToken: 'EAAplantedPageToken0123456789' };
const person = '1234567890123456';

let server: GraphServer;
const clients: GraphClient[] = [];

beforeAll(async () => {
  server = await GraphServer.start();
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(async () => server.stop());

function clientOf(options: GraphClientOptions = {}): GraphClient {
  const urls = { instagramUrl: `${server.url}/ig`, facebookUrl: `${server.url}/fb/` };
  const client = new GraphClient({ ...urls, version: 'v24.0', timeoutMs: 2_000, ...options });
  clients.push(client);
  return client;
}

async function failureOf(call: Promise<unknown>): Promise<GraphError> {
  return call.then(
    () => Promise.reject(new Error('The call did not fail.')),
    (error: GraphError) => error,
  );
}

async function callErrorOf(call: Promise<unknown>): Promise<GraphCallError> {
  const error = await failureOf(call);
  expect(error).toBeInstanceOf(GraphCallError);
  return error as GraphCallError;
}

const bodyOf = (): unknown => JSON.parse(server.last.body);

describe('sending', () => {
  it('posts a text as the account and tells the message id', async () => {
    server.behave('send-success');

    const result = await clientOf().sendMessage(access, person, 'Hello');

    expect(server.last).toMatchObject({ method: 'POST', path: '/ig/v24.0/17841400008460056/messages', query: {} });
    expect(server.last.headers.authorization).toBe(`Bearer ${accessToken}`);
    expect(bodyOf()).toEqual({ messaging_type: 'RESPONSE', recipient: { id: person }, message: { text: 'Hello' } });
    expect(result).toMatchObject({ recipientId: '20802401916297', messageId: expect.stringMatching(/^aWdfZAG/) });
    expect(result.raw).toEqual({ recipient_id: result.recipientId, message_id: result.messageId });
  });

  it('posts as me with a Page’s token on the other host', async () => {
    server.behave('send-success');

    await clientOf().sendMessage(pageAccess, person, 'Hello');

    expect(server.last.path).toBe('/fb/v24.0/me/messages');
  });

  it('tags a person’s late answer, and answers a message by its id', async () => {
    server.behave('send-success');

    await clientOf().sendMessage(access, person, 'Sorry for the delay', { tag: 'HUMAN_AGENT', replyToMid: 'm_1' });

    expect(bodyOf()).toEqual({
      ...graphFixture<{ body: object }>('human-agent-request').body,
      messaging_type: 'MESSAGE_TAG',
      reply_to: { mid: 'm_1' },
    });
  });

  it('posts media and quick replies', async () => {
    server.behave('send-success');
    const client = clientOf();

    await client.sendMedia(access, person, { type: 'image', url: 'https://cdn.example.com/a.png', isReusable: true });
    expect(bodyOf()).toMatchObject({
      message: { attachment: { type: 'image', payload: { url: 'https://cdn.example.com/a.png', is_reusable: true } } },
    });

    await client.sendQuickReplies(access, person, 'Which?', [{ title: 'Red', payload: 'RED' }]);
    expect(bodyOf()).toMatchObject({
      message: { text: 'Which?', quick_replies: [{ content_type: 'text', title: 'Red', payload: 'RED' }] },
    });
  });

  it('answers a comment in private as Meta documents it', async () => {
    const { body, response } = graphFixture<{ body: unknown; response: { body: { recipient_id: string } } }>(
      'private-reply-request',
    );
    server.behave({ body: JSON.stringify(response.body) });

    const result = await clientOf().sendPrivateReply(access, '17900000000000001', 'Hi, details here');

    expect(bodyOf()).toEqual(body);
    expect(result.recipientId).toBe(response.body.recipient_id);
  });

  it('shows and reacts as Meta documents it, and needs no message id for that', async () => {
    server.behave({ body: '{"recipient_id":"1"}' });
    const client = clientOf();
    const reacts = graphFixture<{ payload: { message_id: string } }[]>('react-request');
    const messageId = reacts[0]!.payload.message_id;

    for (const action of ['mark_seen', 'typing_on', 'typing_off'] as const) {
      await client.senderAction(access, person, { action });
    }
    await client.senderAction(access, person, { action: 'react', messageId, reaction: 'love' });
    await client.senderAction(access, person, { action: 'unreact', messageId });

    expect(server.requests.map(({ body }) => JSON.parse(body))).toEqual([
      ...graphFixture<[]>('typing-request'),
      ...reacts,
    ]);
  });

  it('keeps every digit of an id that comes as a bare number', async () => {
    server.behave({ body: '{"recipient_id":17841400008460057,"message_id":"m"}' });

    await expect(clientOf().sendMessage(access, person, 'x')).resolves.toMatchObject({
      recipientId: '17841400008460057',
    });
  });

  it('carries a proof of the app’s secret when it has one', async () => {
    server.behave('send-success');

    await clientOf({ appSecretProof: { facebook: 'shh' } }).sendMessage(pageAccess, person, 'x');
    expect(server.last.query).toEqual({ appsecret_proof: appSecretProof(pageAccess.accessToken, 'shh') });

    await clientOf({ appSecretProof: { facebook: 'shh' } }).sendMessage(access, person, 'x');
    expect(server.last.query).toEqual({});
  });

  it('keeps a connection for the next call', async () => {
    server.behave('send-success');
    const client = clientOf({ connections: 1 });

    for (let call = 0; call < 3; call++) await client.sendMessage(access, person, 'x');

    expect(server.requests.every(({ headers }) => headers.connection === 'keep-alive')).toBe(true);
  });
});

describe('a body over Meta’s limits', () => {
  const quickReplies = (count: number, title = 'Red', payload = 'RED') =>
    Array.from({ length: count }, () => ({ title, payload }));

  it.each<[string, (client: GraphClient) => Promise<unknown>]>([
    ['1001 bytes', (client) => client.sendMessage(access, person, 'a'.repeat(1001))],
    ['501 letters of two bytes', (client) => client.sendMessage(access, person, 'й'.repeat(501))],
    ['no text', (client) => client.sendMessage(access, person, ' \n')],
    ['no recipient', (client) => client.sendMessage(access, '', 'x')],
    ['14 quick replies', (client) => client.sendQuickReplies(access, person, 'x', quickReplies(14))],
    ['no quick replies', (client) => client.sendQuickReplies(access, person, 'x', [])],
    ['a title of 21', (client) => client.sendQuickReplies(access, person, 'x', quickReplies(1, 'a'.repeat(21)))],
    [
      'a payload of 1001',
      (client) => client.sendQuickReplies(access, person, 'x', quickReplies(1, 'a', 'a'.repeat(1001))),
    ],
    [
      'a picture without http',
      (client) => client.sendMedia(access, person, { type: 'image', url: 'file:///etc/passwd' }),
    ],
    ['neither text nor picture', (client) => client.send(access, { recipient: { id: person }, message: {} })],
  ])('is not sent: %s', async (_, send) => {
    server.behave('send-success');

    const error = await callErrorOf(send(clientOf()));

    expect(error).toMatchObject({ reason: 'invalid', delivered: 'no' });
    expect(classifyGraphFailure(error)).toEqual({ kind: 'bad_request', rule: 'invalid', sent: 'no' });
    expect(server.requests).toHaveLength(0);
  });

  it('is sent at the limits exactly', async () => {
    server.behave('send-success');
    const client = clientOf();

    await client.sendMessage(access, person, `${'й'.repeat(498)}🚀`);
    await client.sendQuickReplies(access, person, 'x', quickReplies(13, '🚀'.repeat(20), 'a'.repeat(1000)));

    expect(server.requests).toHaveLength(2);
  });
});

describe('an error of the platform', () => {
  it('is told with all that Meta said', async () => {
    server.behave('err-buc-80002');

    const error = await failureOf(clientOf().sendMessage(access, person, 'x'));

    expect(error).toBeInstanceOf(GraphApiError);
    expect(error).toMatchObject({
      name: 'GraphApiError',
      message: 'There have been too many calls to this Instagram account. Wait a bit and try again.',
      ...{ host: 'instagram', route: 'send', httpStatus: 400, code: 80002, subcode: undefined },
      ...{ type: 'OAuthException', fbtraceId: 'A1b2C3d4E5', isTransient: false, retryAfterMs: 17 * 60_000 },
      usage: { percent: 100, regainMs: 17 * 60_000, type: 'instagram' },
    });
  });

  it('is an error inside a 200 too', async () => {
    server.behave({ status: 200, body: '{"error":{"message":"no","code":10,"error_subcode":2534022}}' });

    const error = await failureOf(clientOf().sendMessage(access, person, 'x'));

    expect(error).toMatchObject({ httpStatus: 200, code: 10, subcode: 2534022 });
    expect(classifyGraphFailure(error).kind).toBe('outside_window');
  });

  it('may be a refusal without a readable word', async () => {
    server.behave({ status: 404, body: '<html>', headers: { 'content-type': 'text/html' } });
    expect(await failureOf(clientOf().sendMessage(access, person, 'x'))).toMatchObject({
      httpStatus: 404,
      code: undefined,
    });

    server.behave({ status: 429, body: '', headers: { 'retry-after': '7' } });
    const error = await failureOf(clientOf().sendMessage(access, person, 'x'));
    expect(classifyGraphFailure(error)).toEqual({
      ...{ kind: 'rate_limited', rule: 'http_429', sent: 'no', retryAfterMs: 7_000 },
    });
  });
});

describe('a call without a readable answer', () => {
  it.each<[string, Parameters<GraphServer['behave']>[0], string]>([
    ['a reset after the request arrived', { act: 'reset' }, 'reset'],
    ['an answer that breaks off', { act: 'break_off' }, 'reset'],
    ['a 200 that is not JSON', { body: '<html>Sorry</html>' }, 'unreadable'],
    ['an empty 200', { body: '' }, 'unreadable'],
    ['a 200 without a message id', { body: '{}' }, 'unreadable'],
    ['a 200 that says false', { body: 'false' }, 'unreadable'],
    ['a 500 that is not JSON', { status: 500, body: '<html>Sorry</html>' }, 'unreadable'],
    ['a 502 with JSON that is no error', { status: 502, body: '{}' }, 'unreadable'],
    ['a 408', { status: 408, body: '' }, 'unreadable'],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example.com/' } }, 'unreadable'],
    ['a 200 nested too deep', { body: `{"message_id":${'['.repeat(100)}${']'.repeat(100)}}` }, 'unreadable'],
    ['an answer without end', { body: ' '.repeat(9 * 1024 * 1024) }, 'unreadable'],
  ])('leaves the outcome unknown after %s', async (_, behaviour, reason) => {
    server.behave(behaviour);

    const error = await callErrorOf(clientOf().sendMessage(access, person, 'x'));

    expect(error).toMatchObject({ reason, delivered: 'unknown', route: 'send', host: 'instagram' });
    expect(classifyGraphFailure(error)).toMatchObject({ kind: 'outcome_unknown', sent: 'unknown' });
    expect(server.requests).toHaveLength(1);
  });

  it('leaves the outcome unknown after its time is up', async () => {
    server.behave({ act: 'hang' });

    const error = await callErrorOf(clientOf({ timeoutMs: 100 }).sendMessage(access, person, 'x'));

    expect(error).toMatchObject({ reason: 'timeout', delivered: 'unknown' });
  });

  it('leaves the outcome unknown when ended by its caller on the way', async () => {
    server.behave({ act: 'hang' });
    const ending = new AbortController();
    const call = callErrorOf(clientOf().sendMessage(access, person, 'x', { signal: ending.signal }));
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));

    ending.abort();

    expect(await call).toMatchObject({ reason: 'aborted', delivered: 'unknown' });
  });
});

describe('a call that never left', () => {
  const provablyNot = async (call: Promise<unknown>, reason: string): Promise<void> => {
    const error = await callErrorOf(call);
    expect(error).toMatchObject({ reason, delivered: 'no' });
    expect(classifyGraphFailure(error)).toEqual({ kind: 'not_reached', rule: reason, sent: 'no' });
  };

  it('was ended by its caller before', async () => {
    server.behave('send-success');

    await provablyNot(clientOf().sendMessage(access, person, 'x', { signal: AbortSignal.abort() }), 'aborted');

    expect(server.requests).toHaveLength(0);
  });

  it('found nobody listening', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));

    const client = clientOf({ instagramUrl: `http://127.0.0.1:${port}` });

    await provablyNot(client.sendMessage(access, person, 'x'), 'refused');
  });

  it('found no such host', async () => {
    const client = clientOf({ instagramUrl: 'http://no-such-host.invalid' });

    await provablyNot(client.sendMessage(access, person, 'x'), 'dns');
  });

  it('found a host that speaks no TLS', async () => {
    const client = clientOf({ instagramUrl: server.url.replace('http:', 'https:') });

    await provablyNot(client.sendMessage(access, person, 'x'), 'tls');
  });

  it('waited for a connection until its time was up, and is not sent when one comes free', async () => {
    server.behave({ act: 'hang' });
    const client = clientOf({ connections: 1, timeoutMs: 400 });
    const first = failureOf(client.sendMessage(access, person, 'first'));

    await provablyNot(client.sendMessage(access, person, 'second', { timeoutMs: 50 }), 'timeout');
    await first;
    server.behave('send-success');
    await client.sendMessage(access, person, 'third');

    expect(server.requests.map(({ body }) => (JSON.parse(body) as { message: object }).message)).toEqual([
      { text: 'third' },
    ]);
  });

  it('was made with a client that is closed', async () => {
    const client = clientOf();
    await client.close();

    await provablyNot(client.sendMessage(access, person, 'x'), 'closed');
    clients.length = 0;
  });

  it('could not be made from its token', async () => {
    const error = await callErrorOf(
      clientOf().sendMessage({ ...access, accessToken: `${accessToken}\n` }, person, 'x'),
    );

    expect(error).toMatchObject({ reason: 'invalid', delivered: 'no' });
    expect(inspect(error)).not.toContain(accessToken);
  });
});

describe('secrets', () => {
  const told = (error: unknown): string =>
    [inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error), String((error as Error).stack)].join('\n');

  it('never turn up in an error, not even when Meta repeats them', async () => {
    const client = clientOf({ timeoutMs: 150, appSecretProof: { instagram: 'planted-app-secret' } });
    const echoed = {
      message: `Malformed access token ${accessToken}`,
      error_user_msg: `bad: ${accessToken}`,
      code: 190,
    };
    const behaviours = [
      { status: 400, body: JSON.stringify({ error: echoed }) },
      { status: 500, body: accessToken },
      { act: 'reset' as const },
      { act: 'hang' as const },
      'err-190-unparseable',
    ];

    for (const behaviour of behaviours) {
      server.behave(behaviour);
      const error = await failureOf(client.sendMessage(access, person, 'planted text'));
      expect(told(error)).not.toMatch(/planted/i);
    }
    expect(inspect(client, { depth: 10 })).not.toContain('planted');
  });

  it('never turn up in an error about a token itself', async () => {
    const app = { clientId: '1', clientSecret: 'planted-secret' };
    const client = clientOf({ oauth: { instagramTokenUrl: server.url } });
    const code = 'planted-code';
    const calls: [repeated: string, call: () => Promise<unknown>][] = [
      [code, () => client.exchangeCode('instagram', { ...app, redirectUri: 'https://a.example.com', code })],
      [accessToken, () => client.exchangeLongLived(access, app)],
      [accessToken, () => client.exchangeLongLived(pageAccess, app)],
      [accessToken, () => client.refresh(accessToken)],
      [accessToken, () => client.debugToken(accessToken, app)],
    ];

    for (const [repeated, call] of calls) {
      const message = `bad ${repeated} of https://a.example.com/?client_secret=planted-other&x=1`;
      for (const behaviour of [
        { status: 400, body: JSON.stringify({ error: { message } }) },
        { body: '{}' },
        'reset',
      ]) {
        server.behave(behaviour === 'reset' ? { act: 'reset' } : behaviour);
        expect(told(await failureOf(call()))).not.toMatch(/planted/i);
      }
    }
  });
});

describe('what is told of calls', () => {
  it('names host, route, status, code, usage and time of every call', async () => {
    const infos: GraphCallInfo[] = [];
    const client = clientOf({ timeoutMs: 100, onCall: (info) => infos.push(info) });
    const { 'X-App-Usage': appUsage } = graphFixture<Record<string, string>>('buc-header');

    server.behave(
      { body: '{"recipient_id":"1","message_id":"m"}', headers: { 'X-App-Usage': appUsage! } },
      'err-rate-613',
      {
        act: 'hang',
      },
    );
    await client.sendMessage(access, person, 'x');
    await failureOf(client.sendMessage(access, person, 'x'));
    await failureOf(client.getUserProfile(pageAccess, person));

    const { igId } = access;
    expect(infos).toEqual([
      {
        ...{ host: 'instagram', route: 'send', method: 'POST', outcome: 'ok', status: 200, igId },
        ...{ durationMs: expect.any(Number), usage: { percent: 28, regainMs: 0, type: 'app' } },
      },
      {
        ...{ host: 'instagram', route: 'send', method: 'POST', outcome: 'refused', status: 400, code: 613, igId },
        durationMs: expect.any(Number),
      },
      {
        ...{ host: 'facebook', route: 'profile', method: 'GET', outcome: 'no_answer', igId },
        durationMs: expect.any(Number),
      },
    ]);
    expect(JSON.stringify(infos)).not.toContain('planted');
  });

  it('does not make a sent message fail when the listener throws', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation();
    server.behave('send-success');
    const client = clientOf({
      onCall: () => {
        throw new Error('metrics are broken');
      },
    });

    await expect(client.sendMessage(access, person, 'x')).resolves.toMatchObject({ messageId: expect.any(String) });
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('metrics are broken'));
    warned.mockRestore();
  });
});
