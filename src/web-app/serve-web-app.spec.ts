import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { serveWebApp } from './serve-web-app.js';

describe('serving the web app', () => {
  let fastify: FastifyInstance;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'web-app-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Inbox</title>');
    writeFileSync(join(folder, 'assets/index-abc.js'), 'plain');
    writeFileSync(join(folder, 'assets/index-abc.js.br'), 'brotli');
    fastify = Fastify();
    await serveWebApp(fastify, folder);
  });
  afterAll(async () => {
    await fastify.close();
    rmSync(folder, { recursive: true });
  });

  const page = { accept: 'text/html,application/xhtml+xml' };

  it.each(['/app/', '/app/inbox/all/9f86d081884c7d659a2feaa0'])('answers %s with the page, uncached', async (url) => {
    const { statusCode, headers, body } = await fastify.inject({ url, headers: page });
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(body).toContain('<title>Inbox</title>');
  });

  it('lets nothing into the page but our own files', async () => {
    const { headers } = await fastify.inject({ url: '/app/', headers: page });
    expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(headers['content-security-policy']).not.toContain('unsafe');
  });

  it('serves files compressed and for ever', async () => {
    const url = '/app/assets/index-abc.js';
    const { headers, body } = await fastify.inject({ url, headers: { 'accept-encoding': 'br' } });
    expect([body, headers['content-encoding']]).toEqual(['brotli', 'br']);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    ['/app/assets/index-old.js', page],
    ['/app/inbox/all', { accept: 'application/json' }],
  ])('does not answer %s with the page to who wants something else', async (url, headers) => {
    expect((await fastify.inject({ url, headers })).statusCode).toBe(404);
  });

  it.each(['/', '/app'])('leads from %s to the app', async (url) => {
    const { statusCode, headers } = await fastify.inject({ url });
    expect([statusCode, headers.location]).toEqual([302, '/app/']);
  });

  it('has no pages where none were built', async () => {
    const bare = Fastify();
    await serveWebApp(bare, join(folder, 'absent'));
    expect((await bare.inject({ url: '/', headers: page })).statusCode).toBe(404);
  });
});
