import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type GraphClient } from '#libs/graph-api';
import { startOpenAiStandIn, completionOf } from '#libs/sandbox';
import { ConnectProxy } from '../support/connect-proxy.js';
import { ModelClient } from '../../src/agent/model/model.client.js';
import { readSettings } from '../../src/config/index.js';
import { graphClientProvider } from '../../src/channels/graph/graph-client.provider.js';

const settings = {
  DATABASE_URL: 'mongodb://127.0.0.1:27017/?replicaSet=rs0',
  REDIS_URL: 'redis://127.0.0.1:6379',
  META_WEBHOOK_VERIFY_TOKEN: 'any-verify-token',
  META_APP_SECRET: 'any-app-secret',
  JWT_SECRET: 'any-jwt-secret',
  ENCRYPTION_KEY: '0123456789abcdef'.repeat(4),
  OPENAI_API_KEY: 'sk-any',
  GRAPH_INSTAGRAM_URL: 'http://graph.test:4001',
};

/** The client as the product makes it. */
function graphWith(change: Record<string, string>): GraphClient {
  const { useFactory } = graphClientProvider as unknown as { useFactory: (...parts: unknown[]) => GraphClient };
  return useFactory(readSettings({ ...settings, ...change }), { note: () => undefined });
}

describe('a proxy that is the only way out', () => {
  let meta: Server;
  let metaPort: number;
  let proxy: ConnectProxy;
  let clients: GraphClient[];
  const me = (client: GraphClient) => {
    clients.push(client);
    return client.getMe({ login: 'instagram', accessToken: 'IGAA-any' });
  };

  beforeEach(async () => {
    clients = [];
    meta = createServer((_request, answer) =>
      answer.setHeader('content-type', 'application/json').end('{"id":"1","user_id":"2","username":"shop"}'),
    );
    await new Promise<void>((resolve) => meta.listen(0, '127.0.0.1', resolve));
    metaPort = (meta.address() as AddressInfo).port;
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    proxy.close();
    meta.close();
    meta.closeAllConnections();
  });

  it('is asked for Meta, with its password', async () => {
    proxy = new ConnectProxy({ 'graph.test:4001': metaPort }, 'user:pass');

    await expect(me(graphWith({ HTTP_PROXY: await proxy.open() }))).resolves.toMatchObject({ username: 'shop' });

    expect(proxy.asked).toEqual(['graph.test:4001']);
  });

  it('may be named in small letters, and in a file', async () => {
    proxy = new ConnectProxy({ 'graph.test:4001': metaPort });

    await expect(me(graphWith({ http_proxy: `${await proxy.open()}\n` }))).resolves.toMatchObject({ username: 'shop' });
  });

  it('is asked for https by HTTPS_PROXY; what it refuses was never sent', async () => {
    proxy = new ConnectProxy({});
    const client = graphWith({ HTTPS_PROXY: await proxy.open(), GRAPH_INSTAGRAM_URL: 'https://graph.instagram.com' });

    await expect(me(client)).rejects.toMatchObject({ name: 'GraphCallError', delivered: 'no' });

    expect(proxy.asked).toEqual(['graph.instagram.com:443']);
  });

  it('that wants a password it was not given sends nothing', async () => {
    proxy = new ConnectProxy({ 'graph.test:4001': metaPort }, 'user:pass');
    const address = (await proxy.open()).replace('user:pass@', '');

    await expect(me(graphWith({ HTTP_PROXY: address }))).rejects.toMatchObject({
      name: 'GraphCallError',
      delivered: 'no',
    });
  });

  it('is not asked for hosts that NO_PROXY names', async () => {
    proxy = new ConnectProxy({});
    const change = { HTTP_PROXY: await proxy.open(), GRAPH_INSTAGRAM_URL: `http://127.0.0.1:${metaPort}` };

    await expect(me(graphWith({ ...change, NO_PROXY: 'localhost, 127.0.0.1' }))).resolves.toMatchObject({
      username: 'shop',
    });

    expect(proxy.asked).toEqual([]);
  });

  it('is asked for the model', async () => {
    const model = await startOpenAiStandIn();
    model.replyWith('/chat/completions', () => ({
      body: completionOf({ role: 'assistant', content: 'At nine.' }),
    }));
    const { port, pathname } = new URL(model.baseUrl);
    proxy = new ConnectProxy({ 'models.test:4002': Number(port) });
    const client = new ModelClient(
      readSettings({
        ...settings,
        HTTP_PROXY: await proxy.open(),
        OPENAI_BASE_URL: `http://models.test:4002${pathname}`,
      }),
    );
    try {
      const question = { role: 'user', content: 'When are you open?' } as const;
      const request = { model: 'llama-test', temperature: 0.4, effort: 'low', maxOutputTokens: 100 } as const;
      const answer = await client.step({ ...request, messages: [question] }, new AbortController().signal);

      expect(answer.text).toBe('At nine.');
      expect(proxy.asked).toContain('models.test:4002');
    } finally {
      await model.stop();
    }
  });
});
