import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { safeRequest, type FetchPolicy } from './index.js';

const local: FetchPolicy = { allowedHosts: ['127.0.0.1'], maxBytes: 1_000, timeoutMs: 1_000, allowLocal: true };

describe('safeRequest', () => {
  let server: Server;
  let base: string;
  let answer: RequestListener;

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('sends method, headers and body, and gives back any status', async () => {
    answer = (request, response) => {
      void text(request).then((body) =>
        response.writeHead(404).end(`${request.method} ${String(request.headers['x-key'])} ${body}`),
      );
    };
    const got = await safeRequest(`${base}/a`, { method: 'POST', headers: { 'x-key': 'k' }, body: '{}' }, local);
    expect([got.status, got.body.toString()]).toEqual([404, 'POST k {}']);
  });

  it('follows a redirect of a GET within the origin, and no other', async () => {
    answer = (request, response) => {
      if (request.url === '/new') return void response.end('moved');
      const location = request.url === '/old' ? '/new' : `${base.replace('127.0.0.1', 'localhost')}/new`;
      response.writeHead(302, { location }).end();
    };
    expect((await safeRequest(`${base}/old`, { method: 'GET' }, local)).body.toString()).toBe('moved');
    const both = { ...local, allowedHosts: ['127.0.0.1', 'localhost'] };
    await expect(safeRequest(`${base}/away`, { method: 'GET' }, both)).rejects.toMatchObject({
      reason: 'host_not_allowed',
    });
    expect((await safeRequest(`${base}/old`, { method: 'POST' }, local)).status).toBe(302);
  });

  it('does not connect to a private address, whatever the name', async () => {
    const strict = { ...local, allowedHosts: ['localhost'], allowLocal: false };
    await expect(safeRequest('https://localhost:1/', { method: 'GET' }, strict)).rejects.toMatchObject({
      reason: 'private_address',
    });
  });

  it('knows the status where the body is too large or breaks off', async () => {
    answer = (_request, response) => void response.end(Buffer.alloc(2_000));
    expect(await safeRequest(base, { method: 'POST' }, local)).toMatchObject({ status: 200, bodyProblem: 'too_large' });
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('x');
      setTimeout(() => response.destroy(), 20);
    };
    expect(await safeRequest(base, { method: 'POST' }, local)).toMatchObject({ status: 200, bodyProblem: 'cut_off' });
  });

  it('tells a request that may have arrived from one that cannot', async () => {
    answer = (request) => void request.socket.destroy();
    await expect(safeRequest(base, { method: 'POST' }, local)).rejects.toMatchObject({ mayHaveArrived: true });
    answer = () => undefined;
    await expect(safeRequest(base, { method: 'POST' }, { ...local, timeoutMs: 200 })).rejects.toMatchObject({
      mayHaveArrived: true,
      timedOut: true,
    });
    await expect(safeRequest('http://127.0.0.1:1/', { method: 'POST' }, local)).rejects.toMatchObject({
      mayHaveArrived: false,
    });
  });
});
