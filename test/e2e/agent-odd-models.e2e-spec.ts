import { completionOf } from '#libs/sandbox';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(60_000);
const services = useServices();
const chat = '/chat/completions';
const fallback = 'Thank you! We will answer shortly.';
let scene: AgentScene;

beforeAll(async () => {
  scene = await startAgentScene({ services, env: { AGENT_PATIENCE_MS: '60000' } }, { fallback_text: fallback });
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => {
  scene.model.resetAnswers();
  scene.model.requests.length = 0;
});

const asks = (message: unknown, finish_reason = 'stop', count?: number): void =>
  scene.model.replyWith(chat, () => ({ body: completionOf(message, { finish_reason }) }), count);

describe('a model that answers in its own way', () => {
  it('is understood when its answer comes in parts', async () => {
    asks({
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'We open at nine.' },
      ],
    });
    const customer = scene.newCustomer();
    customer.sendText('When do you open?');

    await eventually(() => expect(scene.answersTo(customer)).toEqual(['We open at nine.']));
  });

  it('is paid for a few times when it can’t be understood, then the customer gets the fallback', async () => {
    asks({ role: 'assistant', content: 9 });
    const customer = scene.newCustomer();
    customer.sendText('When do you open?');

    await eventually(() => expect(scene.answersTo(customer)).toEqual([fallback]), 45_000);
    expect(scene.model.requests).toHaveLength(5);
  });

  it('is given more room when it thought until there was none', async () => {
    asks({ role: 'assistant', content: '' }, 'length', 1);
    const customer = scene.newCustomer();
    customer.sendText('When are you open?');

    await eventually(() => expect(scene.answersTo(customer)[0]).toContain('Tuesday'));
    const limitOf = (request: unknown): number => (request as { max_completion_tokens: number }).max_completion_tokens;
    const [first] = scene.model.requests;
    expect(limitOf(scene.model.asked.at(-1)?.request)).toBeGreaterThanOrEqual(limitOf(first?.body) + 4_000);
  });

  it.each([
    ['length', 'no_room'],
    ['stop', 'empty'],
  ])('is asked twice when it says nothing (%s), then the reason says so', async (finish, failure) => {
    await scene.settings({ fallback_text: null, when_unanswered: 'silence' });
    asks({ role: 'assistant', content: '' }, finish);
    const customer = scene.newCustomer();
    customer.sendText('When do you open?');
    await scene.settled(customer);

    expect(scene.model.requests).toHaveLength(2);
    expect(scene.answersTo(customer)).toEqual([]);
    expect((await scene.dmsOf(customer))[0]).toMatchObject({
      agent_state: 'skipped',
      agent_reason: `model_${failure}`,
    });
    await scene.settings({ fallback_text: fallback, when_unanswered: null });
  });

  it('is asked again at the time that it named, and the conversation is given back until then', async () => {
    const limited = { type: 'requests', code: 'rate_limit_exceeded', message: 'Slow down' };
    const error = { status: 429, headers: { 'retry-after': '9' }, body: { error: limited } };
    scene.model.replyWith(chat, () => error, 1);
    const customer = scene.newCustomer();
    const began = Date.now();
    customer.sendText('When are you open?');
    await eventually(() => expect(scene.model.requests).toHaveLength(1));
    await eventually(async () => {
      const { answer_leased_until } = await scene.conversationOf(customer);
      expect(answer_leased_until ?? null).toBeNull();
    });

    await eventually(() => expect(scene.answersTo(customer)[0]).toContain('Tuesday'), 30_000);
    expect(Date.now() - began).toBeGreaterThan(8_500);
    expect(scene.model.requests).toHaveLength(1);
  });
});
