import { AppConfig } from '../../src/config/index.js';
import { UserSettingsService } from '../../src/accounts/index.js';
import { ConversationsRepository } from '../../src/conversations/index.js';
import { DeadLettersRepository } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { SenderScene } from '../support/sender-scene.js';
import { useServices } from '../support/services.js';
import { tenant } from '../support/test-app.js';

const scene = new SenderScene(useServices(), { enabled: true, quiet_ms: 60_000 });
const conversation = () => scene.app.get(ConversationsRepository).getById(scene.conversationId);
const person = async () => scene.app.call(tenant);

/** A reply of the agent's that waits for Meta's rate limit. */
async function waitingReply(...texts: string[]): Promise<string[]> {
  const { faults } = scene.app.sandbox;
  faults.add({ route: 'send', mode: 'error', error: 'rate_limit', recipient: scene.to, count: 1 });
  const ids = await scene.queue(texts, { source: 'agent', key: `agent:${scene.to}` });
  await scene.sendNow();
  expect(await scene.find(ids[0] as string)).toMatchObject({ status: 'queued', held_reason: 'meta_limit' });
  return ids;
}

const release = async () => {
  await scene.after(11 * 60_000);
  await scene.sendNow();
};

async function expectSuperseded(ids: string[]): Promise<void> {
  const failed = ids.map(() => ({ status: 'failed', error: { kind: 'superseded' } }));
  await eventually(async () => expect(await Promise.all(ids.map((id) => scene.find(id)))).toMatchObject(failed));
  expect(scene.accepted()).toEqual([]);
  expect(scene.callsTo()).toBe(1);
  // Nothing went wrong that anybody should look into.
  const letters = await scene.app.get(DeadLettersRepository).list({ kind: 'send', limit: 50 });
  expect(letters.filter(({ payload }) => ids.includes(String(payload['dm_id'])))).toEqual([]);
}

async function answeredInTheApp(): Promise<void> {
  scene.app.sandbox.account.replyFromInstagramApp(scene.guest, 'I am on it.');
  await scene.app.sandbox.idle();
  await eventually(async () => expect((await conversation())?.agent_paused_reason).toBe('human_reply'));
}

const block = async () =>
  (await person()).post('/inbox/blocklist').send({ external_participant_id: scene.to }).expect(200);

const switchAgent = async (enabled: boolean) => {
  const account = { _id: scene.accountId, user_id: tenant.userId, username: scene.app.sandbox.account.username };
  await scene.app.get(UserSettingsService).saveAgentSettings(account, { enabled });
};

afterEach(async () => {
  jest.restoreAllMocks();
  await switchAgent(true);
});

describe('a reply of the agent’s that had to wait', () => {
  it('goes out when nothing came between', async () => {
    const ids = await waitingReply('One', 'Two');

    await release();

    await eventually(async () => expect(await scene.statusOf(ids[1] as string)).toBe('sent'));
    expect(scene.accepted()).toEqual(['One', 'Two']);
  });

  it.each([
    ['a person answered in the Instagram app', answeredInTheApp],
    ['the person was blocked', block],
    ['the account’s agent was switched off', () => switchAgent(false)],
    ['all agents were switched off', () => jest.replaceProperty(scene.app.get(AppConfig), 'AGENT_ENABLED', false)],
  ])('is not sent after %s', async (_what, happens) => {
    const ids = await waitingReply('One', 'Two');

    await happens();
    await release();

    await expectSuperseded(ids);
  });

  it('is not sent after a person answered, though the agent’s pause is over by then', async () => {
    const ids = await waitingReply('Stale');
    await answeredInTheApp();

    await scene.after(2 * 3_600_000);
    await scene.sendNow();

    await expectSuperseded(ids);
  });

  it('makes way for what a person writes here', async () => {
    const ids = await waitingReply('Stale');
    const { _id: id } = (await conversation()) ?? {};
    const asked = (await person()).post(`/inbox/conversations/${id}/messages`).send({ message: 'From a person' });
    const answer = asked.then(({ status }) => status);
    await eventually(async () => expect((await conversation())?.agent_paused_reason).toBe('human_reply'));

    await release();

    await eventually(() => expect(scene.accepted()).toEqual(['From a person']));
    expect(await scene.statusOf(ids[0] as string)).toBe('failed');
    expect([200, 202, 429]).toContain(await answer);
  });

  it('is finished when it had begun to go out', async () => {
    scene.app.sandbox.faults.add({
      ...{ route: 'send', mode: 'error', error: 'rate_limit', recipient: scene.to, skip: 1, count: 1 },
    });
    const ids = await scene.queue(['One', 'Two'], { source: 'agent', key: `agent:${scene.to}` });
    await scene.sendNow();
    expect(scene.accepted()).toEqual(['One']);
    await answeredInTheApp();

    await release();

    await eventually(async () => expect(await scene.statusOf(ids[1] as string)).toBe('sent'));
    expect(scene.accepted()).toEqual(['One', 'Two']);
  });

  it('is sent when it is what a customer who asked for a person is told', async () => {
    const ids = await waitingReply('Somebody will be with you soon.');
    const until = new Date(scene.clock.now() + 24 * 3_600_000);
    await scene.app
      .get(ConversationsRepository)
      .pauseAgent(scene.conversationId, { until, reason: 'customer_request' });

    await release();

    await eventually(async () => expect(await scene.statusOf(ids[0] as string)).toBe('sent'));
  });
});

it('a person’s message is not the agent’s: it waits and goes out', async () => {
  scene.app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'rate_limit', recipient: scene.to, count: 1 });
  const [id] = (await scene.queue(['By hand'])) as [string];
  await scene.sendNow();
  await answeredInTheApp();
  await switchAgent(false);

  await release();

  await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
});
