import { AgentBudgetsService, type AgentRunView } from '../../src/agent/index.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;

const key = 'sk-never-shown-0123456789';
const answered = (outcome: string, text: string) =>
  JSON.stringify({ outcome, text, sources: ['k1'], covers: 'all', language: 'en', missing: null, summary: null });

async function get(path: string, userId = 'tenant-1') {
  return (await scene.app.call({ userId, role: 'user' })).get(path);
}

/** A customer who writes once, and what became of it. */
async function write(text: string) {
  const customer = scene.newCustomer();
  await scene.stored(customer.sendText(text));
  await scene.settled(customer);
  const [asked, reply] = await scene.dmsOf(customer);
  return { customer, asked, reply };
}

beforeAll(async () => {
  const env = { OPENAI_API_KEY: key, OPENAI_PRICES: 'gpt-6-luna=1/0.1/2' };
  scene = await startAgentScene({ services, env }, { timezone: 'Pacific/Kiritimati' });
  const faq = { kind: 'faq', title: 'Gift cards', question: 'Gift cards?', answer: 'From 20 Euro, at the till.' };
  await (await scene.app.call()).post(`/agent/knowledge/${scene.accountId}`).send(faq).expect(201);
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => scene.model.resetAnswers());

describe('a run', () => {
  it('tells of a reply what it rests on and what it cost, by either end, to its tenant alone', async () => {
    scene.model.answerWith(answered('answer', 'Gift cards start at 20 Euro.'));
    const { asked, reply, customer } = await write('Do you have gift cards?');
    const { body } = await get(`/agent/runs/${String(reply?._id)}`);

    expect(body).toMatchObject({
      data: {
        outcome: 'answer',
        account_id: scene.accountId,
        reply_ids: [String(reply?._id)],
        answered_ids: [String(asked?._id)],
        knowledge: 'whole',
        sources: [{ title: 'Gift cards?', used: true }],
        covers: 'all',
        repaired: false,
        failed_checks: [],
        calls: [{ model: 'gpt-6-luna' }],
      },
    });
    const { tokens, cost, calls, prompt_version: version } = (body as { data: AgentRunView }).data;
    const { input, output } = tokens;
    expect(cost).toBeCloseTo((input + 2 * output) / 1_000_000, 6);
    expect(calls).toHaveLength(1);
    expect(version).toMatch(/^[0-9a-f]{12}$/);
    expect((await get(`/agent/runs/${String(asked?._id)}`)).body).toEqual(body);
    expect(JSON.stringify(body)).not.toContain(key);
    expect((await get(`/agent/runs/${String(reply?._id)}`, 'tenant-2')).status).toBe(404);

    // Erasing the person takes it along.
    const erase = { account_id: scene.accountId, participant_id: customer.id };
    await (await scene.app.call()).post('/privacy/erasures').send(erase);
    await eventually(async () => expect((await get(`/agent/runs/${String(reply?._id)}`)).status).toBe(404));
  });

  it('tells which check held an answer back, and that the second was sent', async () => {
    const texts = ['Gift cards start at 15 Euro.', 'Gift cards start at 20 Euro.'];
    scene.model.answerWith(() => answered('answer', texts.shift() ?? ''));
    const { reply } = await write('How much is a gift card?');

    expect((await get(`/agent/runs/${String(reply?._id)}`)).body).toMatchObject({
      data: {
        outcome: 'answer',
        repaired: true,
        failed_checks: [{ reply: 1, reason: 'ungrounded', figures: ['15 Euro'] }],
        calls: [{}, {}],
      },
    });
  });

  it('tells why a person goes on', async () => {
    scene.model.answerWith(
      JSON.stringify({
        ...{ outcome: 'hand_over', text: 'I will ask a colleague.', sources: [], covers: 'none', language: 'en' },
        ...{ missing: 'Vegan Cakes', reason: 'missing_knowledge', summary: 'Asks for vegan cakes.' },
      }),
    );
    const { asked } = await write('Do you have vegan cakes?');
    const told = { outcome: 'hand_over', reason: 'missing_knowledge', summary: 'Asks for vegan cakes.' };
    expect((await get(`/agent/runs/${String(asked?._id)}`)).body).toMatchObject({ data: told });
  });
});

describe('usage', () => {
  it('counts a day of the account’s own calendar', async () => {
    const today = new Date(Date.now() + 14 * 3_600_000).toISOString().slice(0, 10);
    const { body } = await get(`/agent/usage/${scene.accountId}`);

    const { days, total, currency } = (body as { data: Record<string, Record<string, unknown>[]> }).data;
    expect(days).toHaveLength(7);
    expect(days?.at(-1)).toMatchObject({
      ...{ day: today, replies: 1, hand_overs: 1, hand_overs_by_reason: { missing_knowledge: 1 } },
      ...{ blocked_by_checks: 1, model_calls: 3, missing: [{ topic: 'vegan cakes', count: 1 }] },
    });
    expect(total).toMatchObject({ replies: 1, cost: expect.any(Number), latency_ms: { p50: expect.any(Number) } });
    expect(currency).toBe('USD');
    expect((await get(`/agent/usage/${scene.accountId}`, 'tenant-2')).status).toBe(404);
  });

  it.each([['since=2026-12-02&until=2026-12-01'], ['since=2026-02-31'], ['since=2025-01-01&until=2026-01-01']])(
    'refuses days that are none, turned round or too many: %s',
    async (query) => {
      const { status, body } = await get(`/agent/usage/${scene.accountId}?${query}`);
      expect([status, (body as { details: { field: string }[] }).details[0]?.field]).toEqual([400, 'since']);
    },
  );
});

describe('a rating', () => {
  it('is kept with the run, the latest word, for its tenant alone', async () => {
    scene.model.answerWith(answered('answer', 'Gift cards start at 20 Euro.'));
    const { reply } = await write('Gift cards?');
    const path = `/agent/runs/${String(reply?._id)}/rating`;
    const rate = async (body: object, userId = 'tenant-1') =>
      (await scene.app.call({ userId, role: 'user' })).post(path).send(body);

    expect((await rate({ rating: 'up' })).body).toMatchObject({ data: { rating: { rating: 'up', note: null } } });
    const down = { rating: 'down', note: 'From last year.' };
    expect((await rate(down)).status).toBe(200);
    expect((await get(`/agent/runs/${String(reply?._id)}`)).body).toMatchObject({
      data: { rating: { ...down, by: 'tenant-1', at: expect.any(String) } },
    });
    const { body } = await get(`/agent/usage/${scene.accountId}`);
    expect(body.data.total.ratings).toEqual({ up: 0, down: 1 });

    expect((await rate(down, 'tenant-2')).status).toBe(404);
    expect((await rate({ rating: 'fine' })).status).toBe(400);
    expect((await rate({})).status).toBe(400);
  });
});

describe('a gap in the knowledge', () => {
  it('is offered with what a person answered, never with what the agent wrote, to its tenant alone', async () => {
    scene.model.answerWith(
      JSON.stringify({
        ...{ outcome: 'hand_over', text: 'I will ask a colleague.', sources: [], covers: 'none', language: 'en' },
        ...{ missing: 'Gluten free bread', reason: 'missing_knowledge', summary: 'Asks for bread.' },
      }),
    );
    const path = `/agent/knowledge/${scene.accountId}/gaps`;
    const gaps = async () =>
      (await get(path)).body.data.filter(({ topic }: { topic: string }) => /gluten/i.test(topic)) as object[];
    const { customer } = await write('Do you bake without gluten?');
    await write('gluten free?');
    expect(await gaps()).toEqual([]);

    const { _id } = await scene.conversationOf(customer);
    const messages = `/inbox/conversations/${String(_id)}/messages`;
    await (await scene.app.call()).post(messages).send({ message: 'Yes, on Fridays.' }).expect(200);
    expect(await gaps()).toMatchObject([
      { topic: 'Gluten free bread', count: 2, question: 'Do you bake without gluten?', answer: 'Yes, on Fridays.' },
    ]);
    expect((await get(path, 'tenant-2')).status).toBe(404);
  });
});

describe('a budget in money', () => {
  const alerts = async (): Promise<string[]> =>
    (
      await scene.db
        .collection('alerts')
        .find({ cleared_at: { $exists: false } })
        .toArray()
    )
      .map(({ kind }) => String(kind))
      .filter((kind) => kind.startsWith('agent_budget'))
      .sort();

  it('is in dollars and cents', async () => {
    const put = await scene.app.call();
    const refused = await put.put(`/agent/settings/${scene.accountId}`).send({ monthly_budget: 0.001 });
    expect([refused.status, (refused.body as { details: { field: string }[] }).details[0]?.field]).toEqual([
      400,
      'monthly_budget',
    ]);
  });

  it('is told of at 80 and at 100 per cent, then a person goes on', async () => {
    const limits = { model: 'gpt-6-luna', daily_token_budget: 1_000_000, replies_per_conversation_hour: 30 };
    await scene.settings({ daily_budget: 1 });
    const budgets = scene.app.get(AgentBudgetsService);
    const spend = async (micros: number): Promise<void> => {
      const granted = await budgets.reserve(scene.accountId, undefined, { ...limits, daily_budget: 1 }, 10);
      if (!granted.granted) throw new Error(granted.reason);
      await granted.settle(10, true, micros);
    };
    await spend(850_000);
    scene.model.answerWith(answered('answer', 'Gift cards start at 20 Euro.'));
    const { reply } = await write('Gift cards?');
    expect(reply?.text).toContain('20 Euro');
    await eventually(async () => expect(await alerts()).toEqual(['agent_budget_near']));

    await spend(150_000);
    const asked = scene.model.asked.length;
    const { customer, asked: dm } = await write('And vouchers?');

    expect(scene.model.asked).toHaveLength(asked);
    expect(await scene.conversationOf(customer)).toMatchObject({ agent_paused_reason: 'customer_request' });
    expect((await get(`/agent/runs/${String(dm?._id)}`)).body).toMatchObject({
      data: { outcome: 'hand_over', reason: 'budget_account_cost_day', calls: [] },
    });
    await eventually(async () => expect(await alerts()).toEqual(['agent_budget_near', 'agent_budget_spent']));
  });
});
