import type { SandboxCustomer } from '#libs/sandbox';
import { AccountHealthService } from '../../src/accounts/index.js';
import { DmsRepository } from '../../src/dms/index.js';
import { JobQueueService } from '../../src/queue/index.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;
let second: TestApp;

const modelCallsAbout = (text: string): number =>
  scene.model.asked.filter(({ messages }) => JSON.stringify(messages).includes(text)).length;

const pendingOf = async (customer: SandboxCustomer) =>
  (await scene.dmsOf(customer)).filter((dm) => dm.agent_state === 'pending');

beforeAll(async () => {
  scene = await startAgentScene({ services });
  second = await startTestApp({
    services,
    sandbox: scene.app.sandbox,
    env: { ROLE: 'worker', OPENAI_BASE_URL: scene.model.baseUrl, ENCRYPTION_KEY: scene.encryptionKey },
  });
}, 90_000);
afterAll(async () => {
  await second?.stop();
  await scene?.stop();
});
beforeEach(() => {
  scene.model.resetAnswers();
  scene.model.clearFaults();
  scene.model.latencyMs = 0;
});

describe('one conversation, many processes', () => {
  it('is answered once, however many jobs ask two workers to', async () => {
    scene.model.latencyMs = 200;
    const customer = scene.newCustomer();
    await scene.stored(customer.sendText('only-once please'));
    const { _id } = await scene.conversationOf(customer);
    const queue = scene.app.get(JobQueueService);
    await Promise.all(
      Array.from({ length: 30 }, () => queue.add('answer-conversation', { conversation_id: _id.toHexString() })),
    );
    await scene.settled(customer);

    expect(scene.answersTo(customer)).toHaveLength(1);
    expect(modelCallsAbout('only-once')).toBe(1);
  });

  it('is answered in order: every message gets its reply before the next one does', async () => {
    scene.model.answerWith(
      ({ open }) => `re: ${open.map((json) => (JSON.parse(json) as { text: string }).text).join(' + ')}`,
    );
    const customer = scene.newCustomer();
    for (const text of ['one', 'two', 'three', 'four']) {
      const before = scene.answersTo(customer).length;
      customer.sendText(text);
      await eventually(() => expect(scene.answersTo(customer)).toHaveLength(before + 1));
    }
    expect(scene.answersTo(customer)).toEqual(['re: one', 're: two', 're: three', 're: four']);
  });

  it('does not hold up others while its model hangs', async () => {
    const stuck = scene.newCustomer();
    let free = (): void => undefined;
    const hanging = new Promise<void>((resolve) => (free = resolve));
    scene.model.answerWith(async ({ open }) => {
      if (!open.join().includes('stuck')) return null;
      await hanging;
      return 'At last';
    });
    stuck.sendText('stuck');
    await eventually(() => expect(modelCallsAbout('stuck')).toBe(1));
    const others = Array.from({ length: 20 }, () => scene.newCustomer());
    for (const other of others) other.sendText('When are you open?');
    await eventually(() => {
      for (const other of others) expect(scene.answersTo(other)).toHaveLength(1);
    }, 25_000);
    expect(scene.answersTo(stuck)).toHaveLength(0);
    free();
    await eventually(() => expect(scene.answersTo(stuck)).toEqual(['At last']));
  });
});

describe('what a crash leaves behind', () => {
  it('is answered once by another process after the lease has run out', async () => {
    const customer = scene.newCustomer();
    const said = customer.sendText('crash-before-commit', { webhook: true });
    await scene.stored(said);
    await scene.settled(customer);
    // A process that died after claiming: the message pending, the lease held, no job anywhere.
    const { _id } = await scene.conversationOf(customer);
    const conversations = scene.db.collection('inbox_conversations');
    const leased = { answer_leased_until: new Date(Date.now() + 60_000) };
    await conversations.updateOne({ _id }, { $set: leased, $inc: { answer_epoch: 1 } });
    const calls = modelCallsAbout('while-leased');
    await scene.stored(customer.sendText('while-leased'));
    const queue = scene.app.get(JobQueueService).queue('replies');
    await eventually(async () => {
      const { waiting, active, delayed } = await queue.getJobCounts();
      expect(waiting + active + delayed).toBe(0);
    });
    expect(await pendingOf(customer)).toHaveLength(1);
    expect(modelCallsAbout('while-leased')).toBe(calls);

    await conversations.updateOne({ _id }, { $set: { answer_leased_until: new Date(Date.now() - 1) } });
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(2), 20_000);
    await scene.settled(customer);
    expect(scene.answersTo(customer)).toHaveLength(2);
  }, 40_000);

  it('can’t be written by a process that lost its lease while it was thinking', async () => {
    const customer = scene.newCustomer();
    let calls = 0;
    scene.model.answerWith(async () => {
      calls += 1;
      if (calls > 1) return 'From the new owner';
      // Another process takes the conversation over, as after a long pause of this one.
      const { _id } = await scene.conversationOf(customer);
      await scene.db
        .collection('inbox_conversations')
        .updateOne({ _id }, { $inc: { answer_epoch: 1 }, $unset: { answer_leased_until: '' } });
      return 'From the old owner';
    });
    customer.sendText('who answers?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1), 20_000);
    await scene.settled(customer);
    expect(scene.answersTo(customer)).toEqual(['From the new owner']);
  }, 40_000);

  it('is found by the sweep when its job was lost, soonest the newest, and hides nothing', async () => {
    const customer = scene.newCustomer();
    await scene.app.get(JobQueueService).queue('replies').pause();
    await scene.stored(customer.sendText('lost job'));
    await scene.app.get(JobQueueService).queue('replies').empty();
    await scene.app.get(JobQueueService).queue('replies').resume();
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1), 20_000);
  }, 40_000);

  it('leaves messages of an account that must be connected again pending, and answers them afterwards', async () => {
    const customer = scene.newCustomer();
    const calls = scene.model.asked.length;
    await scene.app.get(AccountHealthService).markNeedsReauth(scene.accountId, 'the token was revoked');
    await scene.stored(customer.sendText('still there?'));
    await eventually(async () => {
      const [dm] = await scene.app.get(DmsRepository).pending((await scene.conversationOf(customer))._id.toHexString());
      expect(dm?.agent_next_at?.getTime()).toBeGreaterThan(Date.now() + 30_000);
    }, 20_000);
    expect(scene.model.asked).toHaveLength(calls);

    await scene.app.connect();
    await scene.db
      .collection('instagram_dms')
      .updateMany({ agent_state: 'pending' }, { $unset: { agent_next_at: '' } });
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1), 20_000);
  }, 60_000);
});
