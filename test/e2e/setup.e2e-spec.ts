import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(60_000);

interface Setup {
  complete: boolean;
  steps: { step: string; state: string; text: string; at?: string }[];
  callback_url: string;
}

describe('setting the server up', () => {
  const services = useServices();
  const stranger = { userId: 'tenant-2', role: 'user' } as const;
  let app: TestApp;

  beforeAll(async () => {
    // Nobody listens there: the step that asks it has to say so, and hide nothing of the others.
    app = await startTestApp({ services, env: { API_URL: 'http://127.0.0.1:1', OPENAI_API_KEY: '' } });
  }, 60_000);
  afterAll(() => app?.stop());

  const setup = async (as: Parameters<TestApp['call']>[0] = tenant): Promise<Setup> => {
    const { status, body } = (await (await app.call(as)).get('/setup')) as { status: number; body: { data: Setup } };
    expect(status).toBe(200);
    return body.data;
  };
  const stateOf = ({ steps }: Setup, name: string) => steps.find(({ step }) => step === name)?.state;

  it('says of each step what is to be done, in order', async () => {
    const found = await setup();

    expect(found.complete).toBe(false);
    expect(found.callback_url).toBe('http://127.0.0.1:1/webhook/meta');
    expect(found.steps.map(({ step, state }) => [step, state])).toEqual([
      ['public_address', 'failed'],
      ['webhook', 'open'],
      ['account', 'open'],
      ['first_message', 'open'],
      ['agent', 'open'],
    ]);
    expect(found.steps[0]?.text).toContain('could not be reached');
  });

  it('sees that Meta asked about the webhook, and not that somebody else did', async () => {
    const ask = async (token: string, challenge: string): Promise<number> => {
      const query = { 'hub.mode': 'subscribe', 'hub.verify_token': token, 'hub.challenge': challenge };
      return (await (await app.call(null)).get('/webhook/meta').query(query)).status;
    };

    expect(await ask('a-wrong-token', '1158201444')).toBe(403);
    expect(await ask('verify-me-please', 'doctor-0a1b')).toBe(200);
    expect(stateOf(await setup(), 'webhook')).toBe('open');

    expect(await ask('verify-me-please', '1158201444')).toBe(200);
    const step = (await setup()).steps.find(({ step: name }) => name === 'webhook');
    expect(step).toMatchObject({ state: 'done', at: expect.stringMatching(/Z$/) as string });
  });

  it('sees an account, its first message and its agent, and shows another tenant nothing of them', async () => {
    await app.connect();

    expect(stateOf(await setup(), 'account')).toBe('done');
    expect(stateOf(await setup(), 'first_message')).toBe('open');

    await app.sandbox.customer.sendText('Hello').delivered;
    while (stateOf(await setup(), 'first_message') !== 'done') await new Promise((resolve) => setTimeout(resolve, 50));
    // It is on, and there is no key for a model.
    expect(stateOf(await setup(), 'agent')).toBe('open');

    const theirs = await setup(stranger);
    expect(theirs.steps.slice(2).map(({ state }) => state)).toEqual(['open', 'open', 'open']);
    expect(JSON.stringify(theirs)).not.toContain(app.sandbox.account.username);
  });
});
