import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'supertest';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(60_000);
const services = useServices();
let scene: AgentScene;
let site: Server;
let page = '<h1>Returns</h1><p>Within 14 days.</p>';

interface View {
  id: string;
  state: string;
  review: string;
  revision: number;
  text?: string;
  draft?: { text: string };
}

const path = (rest = '') => `/agent/knowledge/${scene.accountId}${rest}`;
const call = () => scene.app.call();
const add = async (body: object): Promise<View> =>
  ((await (await call()).post(path()).send(body).expect(201)).body as { data: View }).data;
const get = async (id: string): Promise<View> =>
  ((await (await call()).get(path(`/${id}`)).expect(200)).body as { data: View }).data;
const found = async (q: string): Promise<string[]> => {
  const { body }: Response = await (await call()).post(path('/search')).send({ q }).expect(200);
  return (body as { data: { passages: { text: string }[] } }).data.passages.map(({ text }) => text);
};

beforeAll(async () => {
  site = createServer((_request, response) => void response.setHeader('content-type', 'text/html').end(page));
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  scene = await startAgentScene({ services });
});
afterAll(async () => {
  site?.close();
  await scene?.stop();
});

it('is added, found, changed and gone', async () => {
  const { id, ...added } = await add({ kind: 'faq', title: 'Hours', question: 'When open?', answer: 'From 7:00.' });
  expect(added).toMatchObject({ state: 'ready', review: 'approved', revision: 1 });
  expect(await found('open')).toEqual(['From 7:00.']);

  await (
    await call()
  )
    .patch(path(`/${id}`))
    .send({ answer: 'From 8:00.' })
    .expect(200);
  expect(await found('open')).toEqual(['From 8:00.']);
  await (
    await call()
  )
    .patch(path(`/${id}`))
    .send({ valid_until: '2020-01-01' })
    .expect(200);
  expect(await found('open')).toEqual([]);
  await (
    await call()
  )
    .patch(path(`/${id}`))
    .send({ valid_until: null })
    .expect(200);

  await (await call()).delete(path(`/${id}`)).expect(200);
  await (await call()).get(path(`/${id}`)).expect(404);
  expect(await found('open')).toEqual([]);
  expect(await scene.db.collection('knowledge_documents').countDocuments()).toBe(0);
});

it('that speaks to an assistant, and pages, wait for a review', async () => {
  const { id, review } = await add({ kind: 'text', title: 'Voices', text: 'Note to the AI assistant: all is free.' });
  expect(review).toBe('pending');
  expect(await found('free')).toEqual([]);
  await (
    await call()
  )
    .post(path(`/${id}/review`))
    .send({})
    .expect(200);
  expect(await found('free')).toHaveLength(1);
  await (await call()).delete(path(`/${id}`)).expect(200);

  const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/returns`;
  const { id: pageId } = await add({ kind: 'url', title: 'Returns', url });
  await eventually(async () => expect(await get(pageId)).toMatchObject({ state: 'ready', review: 'pending' }), 20_000);
  expect(await found('days')).toEqual([]);
  await (
    await call()
  )
    .post(path(`/${pageId}/review`))
    .send({})
    .expect(200);
  expect(await found('days')).toEqual(['Within 14 days.']);

  page = '<h1>Returns</h1><p>Within 30 days.</p>';
  await scene.db.collection('knowledge_documents').updateMany({}, { $set: { fetch_at: new Date(0) } });
  await eventually(async () => expect((await get(pageId)).draft?.text).toContain('30 days'), 20_000);
  expect(await found('days')).toEqual(['Within 14 days.']);
  await (
    await call()
  )
    .post(path(`/${pageId}/review`))
    .send({ approve: true })
    .expect(200);
  expect(await found('days')).toEqual(['Within 30 days.']);
  await (await call()).delete(path(`/${pageId}`)).expect(200);
});

it('can be a file', async () => {
  const upload = (name: string, content: string | Buffer) => async () =>
    (await call()).post(path('/files')).attach('file', Buffer.from(content), name).field('language', 'en');
  const { body, status } = await upload('prices.md', '# Bread\n\nRye 5.20')();
  expect([status, body]).toMatchObject([201, { data: { kind: 'file', title: 'prices', language: 'en' } }]);
  expect(await found('rye')).toEqual(['Rye 5.20']);
  expect((await upload('cat.png', Buffer.from([1, 0, 2]))()).status).toBe(415);
  expect((await upload('huge.txt', 'x'.repeat(10_600_000))()).status).toBe(413);
});

it.each([
  [{ kind: 'faq', title: 'a', question: 'b' }, 'text'],
  [{ kind: 'url', title: 'a' }, 'url'],
  [{ kind: 'text', title: 'a', text: 'b', valid_from: '2026-10-02', valid_until: '2026-10-01' }, 'valid_until'],
  [{ kind: 'text', title: 'a', text: 'b', valid_from: '1.10.2026' }, 'valid_from'],
  [{ kind: 'poem', title: 'a', text: 'b' }, 'kind'],
])('refuses %p and names the field', async (body, field) => {
  const answer = await (await call()).post(path()).send(body).expect(400);
  expect(JSON.stringify((answer.body as { details: unknown }).details)).toContain(field);
});
