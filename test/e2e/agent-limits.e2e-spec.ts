import { AgentBudgetsService } from '../../src/agent/index.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;

beforeAll(async () => {
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => {
  scene.model.resetAnswers();
  scene.model.clearFaults();
});

describe('what the agent may cost', () => {
  it('stays below the hourly limit though one person sends a thousand messages', async () => {
    await scene.settings({ replies_per_conversation_hour: 3, quiet_ms: 0 });
    const customer = scene.newCustomer();
    const before = scene.model.asked.length;
    scene.app.sandbox.webhooks.configure({ batchSize: 100, batchWaitMs: 50 });
    const stored = async (): Promise<number> =>
      (await scene.dmsOf(customer)).filter((dm) => dm.direction === 'inbound').length;
    for (let wave = 1; wave <= 10; wave++) {
      for (let index = 0; index < 100; index++) customer.sendText(`flood ${wave} ${index}`);
      await eventually(async () => {
        if ((await stored()) < wave * 100) throw new Error('not all stored yet');
      }, 30_000);
    }
    await scene.settled(customer);

    scene.app.sandbox.webhooks.configure({ batchSize: 1, batchWaitMs: 0 });
    const calls = scene.model.asked.length - before;
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(3);
    // And that a person goes on.
    expect(scene.answersTo(customer).length).toBeLessThanOrEqual(4);
    expect(scene.answersTo(customer).at(-1)).toBe('A colleague will answer you here.');
    customer.sendText('and one more');
    await eventually(async () => {
      const latest = (await scene.dmsOf(customer)).find(({ text }) => text === 'and one more');
      expect(latest).toMatchObject({ agent_state: 'skipped', agent_reason: 'paused' });
    });
    expect(scene.model.asked.length - before).toBe(calls);

    const other = scene.newCustomer();
    other.sendText('When are you open?');
    await eventually(() => expect(scene.answersTo(other)).toHaveLength(1));
    await scene.settings({ replies_per_conversation_hour: null, quiet_ms: 60 });
  }, 120_000);

  it('stops for the account when its tokens of the day are used up, and for one person before that', async () => {
    const budgets = scene.app.get(AgentBudgetsService);
    const limits = { daily_token_budget: 1_000, replies_per_conversation_hour: 100 };
    const reserve = (conversation: string, tokens: number) => budgets.reserve('acc', conversation, limits, tokens);

    const first = await reserve('c1', 150);
    expect(first.granted).toBe(true);
    expect(await reserve('c1', 150)).toEqual({ granted: false, reason: 'budget_conversation_day' });
    if (first.granted) await first.settle(40);
    expect(await reserve('c1', 150)).toMatchObject({ granted: true });

    const many = await Promise.all(Array.from({ length: 20 }, (_, index) => reserve(`d${index}`, 100)));
    // 40 and 150 are taken: eight more fit, however many ask at once.
    expect(many.filter((answer) => answer.granted)).toHaveLength(8);
    expect(many.find((answer) => !answer.granted)).toEqual({ granted: false, reason: 'budget_account_day' });
  });

  it('gives back what a refused reservation had taken already', async () => {
    const budgets = scene.app.get(AgentBudgetsService);
    const limits = { daily_token_budget: 1_000, replies_per_conversation_hour: 1 };
    const refused = await budgets.reserve('acc-2', 'e1', limits, 500);
    expect(refused.granted).toBe(false);
    expect(await budgets.reserve('acc-2', 'e1', limits, 100)).toMatchObject({ granted: true });
  });
});

describe('two machines that answer each other', () => {
  it('stop after a few exchanges', async () => {
    await scene.settings({ quiet_ms: 0, replies_per_conversation_hour: 500 });
    const bot = scene.newCustomer();
    let answers = 0;
    bot.sendText('beep');
    await eventually(async () => {
      const got = scene.answersTo(bot).length;
      if (got > answers) {
        answers = got;
        bot.sendText(`beep ${got}`);
      }
      const dms = await scene.dmsOf(bot);
      expect(dms.some((dm) => dm.agent_reason === 'ping_pong')).toBe(true);
    }, 60_000);
    await scene.settled(bot);

    expect(scene.answersTo(bot).length).toBeLessThanOrEqual(12);
    await scene.settings({ quiet_ms: 60, replies_per_conversation_hour: null });
  }, 90_000);
});

describe('messages that are too old', () => {
  it('get no answer, and those within the window do', async () => {
    const customer = scene.newCustomer();
    await scene.stored(customer.sendText('warm up'));
    await scene.settled(customer);
    const { _id } = await scene.conversationOf(customer);
    const [dm] = await scene.dmsOf(customer);
    const dayAgo = Date.now() - 23.5 * 3_600_000;
    await scene.db
      .collection('instagram_dms')
      .updateOne({ _id: dm?._id }, { $set: { agent_state: 'pending', timestamp: dayAgo } });
    await eventually(async () =>
      expect((await scene.dmsOf(customer)).find((each) => each._id.equals(dm?._id ?? ''))).toMatchObject({
        agent_state: 'skipped',
        agent_reason: 'too_old',
      }),
    );
    await scene.db
      .collection('inbox_conversations')
      .updateOne({ _id }, { $set: { last_inbound_at: new Date(Date.now() - 25 * 3_600_000) } });
    await scene.db
      .collection('instagram_dms')
      .updateOne({ _id: dm?._id }, { $set: { agent_state: 'pending', timestamp: Date.now() } });
    await eventually(async () =>
      expect((await scene.dmsOf(customer)).find((each) => each._id.equals(dm?._id ?? ''))).toMatchObject({
        agent_state: 'skipped',
        agent_reason: 'window_closed',
      }),
    );
    expect(scene.answersTo(customer)).toHaveLength(1);
  }, 40_000);
});
