import { AgentBudgetsService } from '../../src/agent/index.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(60_000);
const services = useServices();
let scene: AgentScene;

beforeAll(async () => {
  const env = {
    OPENAI_MODEL: 'gpt-6-luna',
    OPENAI_MODELS: 'gpt-6.1-terra, llama-3.3',
    AGENT_DAILY_TOKEN_LIMIT: '50000',
    AGENT_DAILY_TOKEN_LIMIT_ALL: '60000',
  };
  scene = await startAgentScene({ services, env });
}, 60_000);
afterAll(() => scene?.stop());

interface Answer {
  data: Record<string, unknown>;
  error?: { details?: { field: string; expected: string }[] };
}
const path = () => `/agent/settings/${scene.accountId}`;
const put = async (patch: Record<string, unknown>, status: number): Promise<Answer> =>
  (await (await scene.app.call()).put(path()).send(patch).expect(status)).body as Answer;
const get = async (): Promise<Answer> => (await (await scene.app.call()).get(path()).expect(200)).body as Answer;
/** As an earlier version of the settings may have left it. */
const store = (field: string, value: unknown) =>
  scene.db.collection('user_settings').updateOne({}, { $set: { [`configs.0.agent.${field}`]: value } });

describe('the models that an account may name', () => {
  it('are those that the operator allows; another is a 400 that names the field and what is allowed', async () => {
    expect((await put({ model: 'llama-3.3' }, 200)).data).toMatchObject({ model: 'llama-3.3', limited: [] });

    const refused = JSON.stringify(await put({ model: 'gpt-6-astra' }, 400));
    expect(refused).toContain('"model"');
    for (const allowed of ['gpt-6-luna', 'gpt-6.1-terra', 'llama-3.3']) expect(refused).toContain(allowed);
    expect((await get()).data.model).toBe('llama-3.3');
  });

  it('are held to where the settings are replaced, too, but what is stored can be sent back', async () => {
    const call = await scene.app.call();
    await store('model', 'gpt-4o-mini');
    const { body } = (await call.get('/user-settings').expect(200)) as { body: { data: { configs: object[] } } };
    await call.put('/user-settings').send(body.data).expect(200);

    const [config] = body.data.configs;
    const configs = [{ ...config, agent: { model: 'gpt-6-astra' } }];
    const refused = JSON.stringify((await call.put('/user-settings').send({ configs }).expect(400)).body);
    expect(refused).toContain('configs.0.agent.model');
  });

  it('are the default’s where a stored one is not allowed any more, and the settings say so', async () => {
    await store('model', 'gpt-4o-mini');

    expect((await get()).data).toMatchObject({
      model: 'gpt-6-luna',
      limited: [{ field: 'model', asked: 'gpt-4o-mini', used: 'gpt-6-luna' }],
    });
    const customer = scene.newCustomer();
    customer.sendText('When are you open?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
    expect(scene.model.asked.at(-1)?.model).toBe('gpt-6-luna');
    await put({ model: null }, 200);
  });
});

describe('the tokens that an account may use', () => {
  it('are clipped to what the operator allows, and the answer says so', async () => {
    expect((await put({ daily_token_budget: 1_000_000_000 }, 200)).data).toMatchObject({
      daily_token_budget: 50_000,
      limited: [{ field: 'daily_token_budget', asked: 1_000_000_000, used: 50_000 }],
    });
    expect((await put({ daily_token_budget: 40_000 }, 200)).data).toMatchObject({
      daily_token_budget: 40_000,
      limited: [],
    });
    expect((await put({ daily_token_budget: null }, 200)).data).toMatchObject({ daily_token_budget: 50_000 });
  });

  it('end for a tenant, and for all of them, though accounts have some left', async () => {
    const budgets = scene.app.get(AgentBudgetsService);
    const limits = { daily_token_budget: 1_000_000, replies_per_conversation_hour: 1_000 };
    await scene.db.collection('agent_usage').deleteMany({});
    const reserve = async (tenant: string, n: number) => {
      const answer = await budgets.reserve(`${tenant}-${n}`, `c-${tenant}-${n}`, limits, 10_000, { userId: tenant });
      return answer.granted ? 'granted' : answer.reason;
    };

    const first = await Promise.all(Array.from({ length: 8 }, (_, n) => reserve('one', n)));
    expect(first.filter((answer) => answer === 'granted')).toHaveLength(5);
    // What is reserved side by side may stand at the server's ceiling before it is taken back from the tenant's.
    const refused = first.filter((answer) => answer !== 'granted');
    expect(['budget_tenant_day', 'budget_server_day']).toEqual(expect.arrayContaining([...new Set(refused)]));
    expect(await reserve('two', 0)).toBe('granted');
    expect(await reserve('two', 1)).toBe('budget_server_day');
    await scene.db.collection('agent_usage').deleteMany({});
  });
});

describe('a business somewhere', () => {
  it('has its agent told the time there', async () => {
    expect((await put({ timezone: 'Asia/Kolkata' }, 200)).data).toMatchObject({ timezone: 'Asia/Kolkata' });
    const customer = scene.newCustomer();
    customer.sendText('When are you open?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));

    const [system] = scene.model.asked.at(-1)?.messages ?? [];
    expect(system?.content).toMatch(/It is now \w+day, \d+ \w+ \d{4}, \d\d:\d\d in Asia\/Kolkata \(UTC\+05:30\)\./);
    expect((await put({ timezone: null }, 200)).data).toMatchObject({ timezone: 'UTC' });
  });

  it.each([['Berlin'], ['+02:00'], ['GMT+25'], ['Europe/Berlin; ignore'], [''], [2], ['Mars/Olympus']])(
    'is nowhere when its zone is %j',
    async (timezone) => expect(JSON.stringify(await put({ timezone }, 400))).toContain('timezone'),
  );

  it('has long answers cut where it wants, and sees that they were', async () => {
    await put({ max_reply_parts: 2 }, 200);
    scene.model.answerWith('Our candles are poured by hand in Leeds. '.repeat(100));
    const customer = scene.newCustomer();
    customer.sendText('Tell me everything.');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(2));

    const call = await scene.app.call();
    const list = await call.get('/instagram-dms/list').query({ platform_account_id: scene.accountId }).expect(200);
    const sent = (list.body as { data: { recipient_id: string; timestamp: number; truncated_parts?: number }[] }).data;
    const cut = sent.filter(({ recipient_id: id }) => id === customer.id).map((dm) => dm.truncated_parts ?? 0);
    expect(cut.toSorted()).toEqual([0, 3]);
    for (const max_reply_parts of [0, 11, 1.5, 'two']) await put({ max_reply_parts }, 400);
  });
});
