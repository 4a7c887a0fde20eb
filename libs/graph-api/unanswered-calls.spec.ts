import { createServer, type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { access, accessToken, callErrorOf, failureOf, person, useGraphCalls } from '../../test/support/graph-calls.js';
import type { GraphServer } from '../../test/support/graph-server.js';
import { classifyGraphFailure, GraphClient } from './index.js';

const graph = useGraphCalls();

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
    graph.server.behave(behaviour);

    const error = await callErrorOf(graph.clientOf().sendMessage(access, person, 'x'));

    expect(error).toMatchObject({ reason, delivered: 'unknown', route: 'send', host: 'instagram' });
    expect(classifyGraphFailure(error)).toMatchObject({ kind: 'outcome_unknown', sent: 'unknown' });
    expect(graph.server.requests).toHaveLength(1);
  });

  it('leaves the outcome unknown after its time is up', async () => {
    graph.server.behave({ act: 'hang' });

    const error = await callErrorOf(graph.clientOf({ timeoutMs: 100 }).sendMessage(access, person, 'x'));

    expect(error).toMatchObject({ reason: 'timeout', delivered: 'unknown' });
  });

  it('leaves the outcome unknown when ended by its caller on the way', async () => {
    graph.server.behave({ act: 'hang' });
    const ending = new AbortController();
    const call = callErrorOf(graph.clientOf().sendMessage(access, person, 'x', { signal: ending.signal }));
    while (graph.server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));

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
    graph.server.behave('send-success');

    await provablyNot(graph.clientOf().sendMessage(access, person, 'x', { signal: AbortSignal.abort() }), 'aborted');

    expect(graph.server.requests).toHaveLength(0);
  });

  it('found nobody listening', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));

    const client = graph.clientOf({ instagramUrl: `http://127.0.0.1:${port}` });

    await provablyNot(client.sendMessage(access, person, 'x'), 'refused');
  });

  it('found no such host', async () => {
    const client = graph.clientOf({ instagramUrl: 'http://no-such-host.invalid' });

    await provablyNot(client.sendMessage(access, person, 'x'), 'dns');
  });

  it('found a host that speaks no TLS', async () => {
    const client = graph.clientOf({ instagramUrl: graph.server.url.replace('http:', 'https:') });

    await provablyNot(client.sendMessage(access, person, 'x'), 'tls');
  });

  it('waited for a connection until its time was up, and is not sent when one comes free', async () => {
    graph.server.behave({ act: 'hang' });
    const client = graph.clientOf({ connections: 1, timeoutMs: 400 });
    const first = failureOf(client.sendMessage(access, person, 'first'));

    await provablyNot(client.sendMessage(access, person, 'second', { timeoutMs: 50 }), 'timeout');
    await first;
    graph.server.behave('send-success');
    await client.sendMessage(access, person, 'third');

    expect(graph.server.requests.map(({ body }) => (JSON.parse(body) as { message: object }).message)).toEqual([
      { text: 'third' },
    ]);
  });

  it('was made with a client that is closed', async () => {
    const client = new GraphClient({ instagramUrl: graph.server.url });
    await client.close();

    await provablyNot(client.sendMessage(access, person, 'x'), 'closed');
  });

  it('could not be made from its token', async () => {
    const error = await callErrorOf(
      graph.clientOf().sendMessage({ ...access, accessToken: `${accessToken}\n` }, person, 'x'),
    );

    expect(error).toMatchObject({ reason: 'invalid', delivered: 'no' });
    expect(inspect(error)).not.toContain(accessToken);
  });
});
