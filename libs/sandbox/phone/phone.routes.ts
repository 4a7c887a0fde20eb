import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { avatarSvg, photoPng, voiceWav } from '../media.js';
import type { Sandbox } from '../sandbox.js';

/** The page's files, read at each request: while one is worked on, reloading the page is enough. */
const FILES = [
  'index.html',
  'page.css',
  'phone.css',
  'chat.css',
  'panel.css',
  'api.js',
  'phone.js',
  'chat.js',
  'panel.js',
];

const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

/** The phone page and every picture of the sandbox. */
export function openPhone(app: FastifyInstance, sandbox: Sandbox): void {
  for (const file of FILES) {
    const type = `${TYPES[file.split('.')[1] as string]}; charset=utf-8`;
    app.get(file === 'index.html' ? '/' : `/${file}`, (_request, reply) =>
      reply.type(type).send(readFileSync(new URL(`page/${file}`, import.meta.url))),
    );
  }
  app.get('/favicon.ico', (_request, reply) => reply.redirect(`/avatars/${sandbox.account.username}.svg`));
  app.get<{ Params: { name: string } }>('/avatars/:name.svg', ({ params }, reply) => {
    const { world } = sandbox.context;
    const account = sandbox.accounts.find(({ username }) => username === params.name);
    const name = account?.account.name ?? world.findPerson(params.name)?.name ?? null;
    return reply.type('image/svg+xml').header('cache-control', 'max-age=3600').send(avatarSvg(params.name, name));
  });
  app.get<{ Params: { name: string } }>('/media/:name', ({ params }, reply) => {
    reply.header('cache-control', 'max-age=3600');
    if (params.name.endsWith('.wav')) return reply.type('audio/wav').send(voiceWav());
    return reply.type('image/png').send(photoPng(params.name));
  });
}
