import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { checkAddress, checkUrl, safeFetch, type FetchPolicy } from './index.js';

const strict: FetchPolicy = {
  allowedHosts: ['.cdninstagram.com', 'lookaside.fbsbx.com', 'localhost', '127.0.0.1'],
  maxBytes: 1_000,
  timeoutMs: 2_000,
};
const local: FetchPolicy = { ...strict, allowLocal: true };

describe('safeFetch', () => {
  let server: Server;
  let base: string;
  let answer: RequestListener = (_request, response) => void response.end('ok');

  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it('downloads what the policy allows', async () => {
    const { body } = await safeFetch(`${base}/a`, local);
    expect((await buffer(body)).toString()).toBe('ok');
  });

  it.each([
    ['http://scontent.cdninstagram.com/a', 'not_https'],
    ['https://evil.example/a', 'host_not_allowed'],
    ['https://cdninstagram.com.evil.example/a', 'host_not_allowed'],
    ['https://169.254.169.254/latest', 'host_not_allowed'],
    ['https://[::1]/a', 'host_not_allowed'],
    ['https://user:pass@lookaside.fbsbx.com/a', 'bad_url'],
    ['https://127.0.0.1/a', 'private_address'],
    ['https://0x7f.1/a', 'private_address'],
    ['https://2130706433/a', 'private_address'],
    ['file:///etc/passwd', 'not_https'],
    ['nonsense', 'bad_url'],
  ])('refuses %s as %s', (link, reason) => {
    expect(() => checkUrl(link, strict)).toThrow(expect.objectContaining({ reason }) as Error);
  });

  it.each([
    '10.0.0.1',
    '172.16.3.4',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '::1',
    'fd00::1',
    'fe80::1',
    '::ffff:127.0.0.1',
    '0.0.0.0',
  ])('does not connect to %s', (address) => {
    expect(() => checkAddress(address, strict)).toThrow(
      expect.objectContaining({ reason: 'private_address' }) as Error,
    );
  });

  it('checks the address a name resolves to when it connects', async () => {
    await expect(safeFetch('https://localhost:1/a', strict)).rejects.toThrow('not public');
  });

  it('checks where a redirect leads', async () => {
    answer = (_request, response) => void response.writeHead(302, { location: 'https://evil.example/' }).end();
    await expect(safeFetch(`${base}/a`, local)).rejects.toMatchObject({ reason: 'host_not_allowed' });
    answer = (_request, response) => void response.writeHead(302, { location: '/again' }).end();
    await expect(safeFetch(`${base}/a`, local)).rejects.toMatchObject({ reason: 'too_many_redirects' });
  });

  it.each([408, 425, 429, 500, 503])('takes %d for an answer that passes', async (status) => {
    answer = (_request, response) => void response.writeHead(status).end();
    await expect(safeFetch(`${base}/a`, local)).rejects.toMatchObject({ name: 'FetchUnavailableError' });
  });

  it.each([204, 304, 400, 403, 404, 410])('takes %d for a refusal', async (status) => {
    answer = (_request, response) => void response.writeHead(status).end();
    await expect(safeFetch(`${base}/a`, local)).rejects.toMatchObject({ reason: 'bad_status' });
  });

  it('takes a part where it asked for one, and never unasked', async () => {
    answer = ({ headers }, response) =>
      void response.writeHead(206, { 'content-range': `bytes 1-2/9, ${headers.range}` }).end('bc');
    const { body, contentRange } = await safeFetch(`${base}/a`, local, undefined, { range: 'bytes=1-2' });
    expect([(await buffer(body)).toString(), contentRange]).toEqual(['bc', 'bytes 1-2/9, bytes=1-2']);
    await expect(safeFetch(`${base}/a`, local)).rejects.toMatchObject({ reason: 'bad_status' });
  });

  it('shows a credential to the hosts that it is for, and not where they lead', async () => {
    const seen: (string | undefined)[] = [];
    answer = ({ headers, url }, response) => {
      seen.push(headers.authorization);
      if (url === '/first') response.writeHead(302, { location: '/second' }).end();
      else response.end('x');
    };
    const credential = { authorization: 'Bearer a-secret', hosts: [new URL(base).hostname] };
    await buffer((await safeFetch(`${base}/first`, local, undefined, { credential })).body);
    expect(seen).toEqual(['Bearer a-secret', undefined]);
    const ofAnother = { ...credential, hosts: ['lookaside.example'] };
    await buffer((await safeFetch(`${base}/a`, local, undefined, { credential: ofAnother })).body);
    expect(seen[2]).toBeUndefined();
  });

  it('stops at the size limit, whatever the server said its length is', async () => {
    answer = (_request, response) => {
      response.write(Buffer.alloc(900));
      response.end(Buffer.alloc(900));
    };
    const { body } = await safeFetch(`${base}/a`, local);
    await expect(buffer(body)).rejects.toMatchObject({ reason: 'too_large' });
  });

  it('gives up on a server that never finishes', async () => {
    answer = (_request, response) => void response.write('x');
    const { body } = await safeFetch(`${base}/a`, { ...local, timeoutMs: 300 });
    await expect(buffer(body)).rejects.toThrow();
  });
});
