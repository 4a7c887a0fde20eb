import { randomUUID } from 'node:crypto';
import { startOpenAiStandIn, type OpenAiStandIn } from '#libs/sandbox';
import { channels } from '../../src/channels/index.js';
import { deliver } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import {
  inventedChannel,
  InventedServer,
  inventedToken,
  textCharacters,
  type InventedBody,
} from '../support/invented-channel/index.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const services = useServices();
const secret = 'an-app-secret-of-the-invented-channel';
let server: InventedServer;
let model: OpenAiStandIn;
let app: TestApp;
let accountId: string;

beforeAll(async () => {
  server = await InventedServer.start();
  model = await startOpenAiStandIn();
  app = await startTestApp({
    services,
    channels: [...channels, inventedChannel(server.url)],
    env: { META_APP_SECRET: secret, OPENAI_BASE_URL: model.baseUrl, AGENT_PATIENCE_MS: '0' },
  });
  const connecting = { access_token: inventedToken, platform: 'invented_post', agent: { enabled: true, quiet_ms: 20 } };
  const { body } = await (await app.call()).post('/accounts').send(connecting).expect(201);
  accountId = body.data._id;
});
afterAll(async () => {
  await app?.stop();
  await model?.stop();
  await server?.stop();
});

const seconds = () => Math.floor(Date.now() / 1_000);
const tell = (...happened: InventedBody['happened']) =>
  deliver(app.url, { object: 'invented', number: '900', happened }, { secret, path: '/webhook/meta' }).expect(200);
const say = (from: string, text: string) =>
  tell({ what: 'said', id: `said-${randomUUID()}`, from, text, at: seconds() });
const send = async (to: string, message_text: string, more: object = {}) =>
  (await app.call())
    .post('/messages/send')
    .send({ platform_account_id: accountId, recipient_id: to, message_text, ...more });
const conversationWith = async (person: string) => {
  const { body } = await (await app.call()).get('/inbox/conversations');
  return body.conversations.find((one: { participant_id: string }) => one.participant_id === person);
};
const messagesOf = async (person: string) => {
  const { id } = await conversationWith(person);
  return (await (await app.call()).get(`/inbox/conversations/${id}/messages`)).body.messages as Record<
    string,
    unknown
  >[];
};

describe('a channel that is nothing but a folder and its registration', () => {
  it('has accounts under its own platform, found by their id there', async () => {
    const { body } = await (await app.call()).get(`/accounts/${accountId}`);

    expect(body.data).toMatchObject({ platform: 'invented_post', external_id: '900', username: 'The Invented Shop' });
    expect(body.data).not.toHaveProperty('instagram_data');
    expect(body.data.subscription).toMatchObject({ state: 'subscribed' });
  });

  it('says of a token that is not its own, and of a platform nobody knows', async () => {
    const api = await app.call();
    const foreign = await api.post('/accounts').send({ access_token: 'somebody-elses', platform: 'invented_post' });
    expect([foreign.status, foreign.body.error]).toEqual([400, 'No invented number came with this token.']);
    const unknown = await api.post('/accounts').send({ access_token: inventedToken, platform: 'pigeon_post' });
    expect([unknown.status, unknown.body.details]).toEqual([
      400,
      [{ field: 'platform', expected: expect.any(String) }],
    ]);
  });

  it('receives, and the agent answers in messages of its length, counted in characters', async () => {
    model.answerWith('ä'.repeat(textCharacters) + 'and the rest.');

    await say('p-1', 'Do you have it?');

    await eventually(() => expect(server.taken.filter(({ to }) => to === 'p-1')).toHaveLength(2));
    expect(server.taken.filter(({ to }) => to === 'p-1')[0]?.text).toHaveLength(textCharacters);
    expect(await conversationWith('p-1')).toMatchObject({ platform: 'invented', can_reply: true });
  });

  it('has no past to fetch: the backfill is over at once', async () => {
    await eventually(async () => {
      const { body } = await (await app.call()).get(`/accounts/${accountId}`);
      expect(body.data.backfill).toMatchObject({ state: 'done', messages_stored: 0 });
    });
  });

  it('keeps its own window, and refuses what the channel does not have', async () => {
    await say('p-2', 'Hello');
    await eventually(async () => expect(await conversationWith('p-2')).toBeDefined());
    const { last_message_at: at, window_closes_at: closesAt } = await conversationWith('p-2');

    expect(Date.parse(closesAt as string) - Date.parse(at as string)).toBeGreaterThan(40 * 3_600_000);
    const choices = await send('p-2', 'Which?', { quick_replies: [{ title: 'One', payload: '1' }] });
    expect(choices.status).toBe(400);
    expect(choices.body.error).toContain('no choices');
  });

  it('shows by a status that a message of ours was read', async () => {
    const sent = await send('p-3', 'It is ready.');
    expect([sent.status, sent.body.stored.status]).toEqual([200, 'sent']);

    await tell({ what: 'status', id: sent.body.stored.message_id, to: 'p-3', state: 'read', note: '', at: seconds() });

    await eventually(async () => {
      const [message] = await messagesOf('p-3');
      expect(message).toMatchObject({ content: 'It is ready.', read_at: expect.any(String) });
    });
  });

  it('settles a send whose answer was lost by what the status gives back, and sends it once', async () => {
    server.answersToLose = 1;
    const lost = await send('p-4', 'Only once.');
    expect(lost.body.stored.status).not.toBe('sent');
    const [taken] = server.taken.filter(({ to }) => to === 'p-4');

    await tell({
      what: 'status',
      id: taken?.id ?? '',
      to: 'p-4',
      state: 'taken',
      note: taken?.note ?? '',
      at: seconds(),
    });

    await eventually(async () => expect((await messagesOf('p-4'))[0]).toMatchObject({ status: 'sent' }));
    expect(await messagesOf('p-4')).toHaveLength(1);
    expect(server.taken.filter(({ to }) => to === 'p-4')).toHaveLength(1);
  });
});
