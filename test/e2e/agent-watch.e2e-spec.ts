import { ModelWatchService } from '../../src/agent/model/model-watch.service.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(60_000);
const services = useServices();
let scene: AgentScene;

beforeAll(async () => {
  const env = {
    OPENAI_MODEL: 'gpt-4o-mini',
    OPENAI_MODELS: 'gpt-far,gpt-near,gpt-odd',
    AGENT_DAILY_TOKEN_LIMIT: '1000000',
    AGENT_DAILY_TOKEN_LIMIT_ALL: '2000000',
  };
  scene = await startAgentScene({ services, env });
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => scene.model.resetAnswers());

/** What stands, as `<kind>:<about>`. */
const standing = async (): Promise<string[]> => {
  const alerts = await scene.db
    .collection('alerts')
    .find({ cleared_at: null, about: { $ne: null } })
    .toArray();
  return alerts.map(({ _id }) => String(_id)).toSorted();
};
const look = () => scene.app.get(ModelWatchService).lookAtModels(new AbortController().signal);
const inDays = (days: number): number => Math.floor(Date.now() / 1_000) + days * 86_400;
const noModel = (id: string) => ({
  status: 404,
  body: { error: { message: `The model '${id}' does not exist`, code: 'model_not_found' } },
});

describe('the daily look at the configured models', () => {
  it('tells what is announced, though the provider has no such route', async () => {
    scene.model.replyWith('/models', () => ({ status: 404, body: '404 page not found' }));
    await look();
    expect(await standing()).toEqual(['model_retiring:gpt-4o-mini']);
  });

  it('tells what the provider says: a day, or that there is none; and takes it back', async () => {
    scene.model.replyWith('/models', ({ path }) => {
      const id = path.split('/').at(-1) ?? '';
      if (id === 'gpt-4o-mini') return noModel(id);
      if (id === 'gpt-near') return { body: { id, object: 'model', shutdown_date: inDays(20) } };
      if (id === 'gpt-far') return { body: { id, object: 'model', shutdown_date: new Date(inDays(400) * 1_000) } };
      return { body: { id, object: 'model', shutdown_date: 'never' } };
    });
    await look();
    expect(await standing()).toEqual(['model_gone:gpt-4o-mini', 'model_retiring:gpt-near']);

    scene.model.resetAnswers();
    scene.model.replyWith('/models', () => ({ status: 400, body: { error: { message: 'Bad gateway' } } }));
    await look();
    expect(await standing()).toEqual(['model_gone:gpt-4o-mini', 'model_retiring:gpt-4o-mini']);

    scene.model.resetAnswers();
    scene.model.replyWith('/models', () => ({ body: { object: 'model' } }));
    await look();
    expect(await standing()).toEqual(['model_retiring:gpt-4o-mini']);
  });
});

describe('a provider that takes no more', () => {
  it.each([
    [
      'model_quota:credit',
      429,
      { type: 'insufficient_quota', code: null, message: 'You exceeded your quota' },
      'quota',
    ],
    ['model_gone:gpt-4o-mini', 404, { code: 'model_not_found', message: 'No such model' }, 'gone'],
  ])('raises %s, is asked once, and clears it with the next answer', async (alert, status, error, failure) => {
    scene.model.replyWith('/chat/completions', () => ({ status, body: { error } }));
    const before = scene.model.requests.length;
    const customer = scene.newCustomer();
    customer.sendText('When are you open?');
    await scene.settled(customer);
    await eventually(async () => expect(await standing()).toContain(alert));
    expect(scene.model.requests).toHaveLength(before + 1);
    expect((await scene.conversationOf(customer)).handed_over).toMatchObject({ reason: `model_${failure}` });
    expect(scene.answersTo(customer)).toHaveLength(1);

    scene.model.resetAnswers();
    customer.sendText('Hello?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(2));
    await eventually(async () => expect(await standing()).not.toContain(alert));
  });
});

describe('ceilings of tokens', () => {
  it('raise an alert at 80 % for a tenant and for all, until the day is over', async () => {
    const usage = scene.db.collection<{ _id: string; amount: number; expires_at: Date }>('agent_usage');
    const day = Math.floor(Date.now() / 86_400_000);
    const expires_at = new Date(Date.now() + 3_600_000);
    const ids = [`tokens:tenant:busy.*(:${day}`, `tokens:tenant:calm:${day}`, `tokens:tenant:past:${day - 1}`];
    const [busy = '', calm = '', past = ''] = ids;
    await usage.insertMany([
      { _id: busy, amount: 800_000, expires_at },
      { _id: calm, amount: 799_999, expires_at },
      { _id: past, amount: 999_999, expires_at },
    ]);
    const all = `tokens:server:all:${day}`;
    await usage.updateOne({ _id: all }, { $set: { amount: 1_700_000, expires_at } }, { upsert: true });
    const watch = scene.app.get(ModelWatchService);

    await watch.lookAtCeilings();
    const near = async () => (await standing()).filter((id) => id.startsWith('agent_tokens'));
    expect(await near()).toEqual(['agent_tokens:server', 'agent_tokens:tenant:busy.*(']);

    await usage.deleteMany({ _id: { $in: [busy, all] } });
    await watch.lookAtCeilings();
    expect(await near()).toEqual([]);
  });
});
