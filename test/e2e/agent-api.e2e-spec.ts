import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp } from '../support/test-app.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;

const stranger = { userId: 'tenant-2', role: 'user' } as const;
const preview = async (body: Record<string, unknown>) =>
  (await scene.app.call()).post('/agent/preview').send({ account_id: scene.accountId, ...body });

beforeAll(async () => {
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => {
  scene.model.resetAnswers();
  scene.model.clearFaults();
});

describe('/agent/settings/{account_id}', () => {
  it('shows what holds, changes what is named and puts back what is null', async () => {
    const call = await scene.app.call();
    const path = `/agent/settings/${scene.accountId}`;
    const before = (await call.get(path).expect(200)).body as { data: Record<string, unknown> };
    expect(before).toMatchObject({ success: true, data: { enabled: true, quiet_ms: 60, history: 30 } });

    const patch = {
      instructions: 'Be kind.',
      history: 5,
      fallback_text: 'Later!',
      allowed_links: ['shop.example.com'],
    };
    const after = (await call.put(path).send(patch).expect(200)).body as { data: Record<string, unknown> };
    expect(after.data).toEqual({ ...before.data, ...patch });

    const reset = { instructions: null, history: null, fallback_text: null, allowed_links: null };
    const back = (await call.put(path).send(reset).expect(200)).body as { data: Record<string, unknown> };
    expect(back.data).toEqual(before.data);
  });

  it('takes the Instagram id as well', async () => {
    await (await scene.app.call()).get(`/agent/settings/${scene.app.sandbox.account.igId}`).expect(200);
  });

  it('is not there for another tenant, and asks for a token', async () => {
    const path = `/agent/settings/${scene.accountId}`;
    await (await scene.app.call(stranger)).get(path).expect(404);
    await (await scene.app.call(stranger)).put(path).send({ enabled: false }).expect(404);
    await (await scene.app.call(null)).get(path).expect(401);
  });

  it.each([
    [{ temperature: 3 }, 'temperature'],
    [{ history: 0 }, 'history'],
    [{ quiet_ms: 'soon' }, 'quiet_ms'],
    [{ allowed_links: ['https://evil.com/path'] }, 'allowed_links'],
    [{ no_such_field: 1 }, 'no_such_field'],
    [{ instructions: 'x'.repeat(20_001) }, 'instructions'],
  ])('refuses %p and names the field', async (body, field) => {
    const answer = await (await scene.app.call()).put(`/agent/settings/${scene.accountId}`).send(body).expect(400);
    expect(answer.body).toMatchObject({ success: false, code: 'invalid_request' });
    expect(JSON.stringify(answer.body)).toContain(field);
  });
});

describe('POST /agent/preview', () => {
  it('answers without sending or storing anything', async () => {
    const sends = scene.app.sandbox.sends.length;
    const stored = await scene.db.collection('instagram_dms').countDocuments();
    const answer = await preview({ message: 'When are you open?' });

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ success: true, data: { outcome: 'reply' } });
    const { text, parts, tokens } = (answer.body as { data: { text: string; parts: string[]; tokens: number } }).data;
    expect(text).toContain('Tuesday to Saturday');
    expect(parts).toEqual([text]);
    expect(tokens).toBeGreaterThan(0);
    expect(scene.app.sandbox.sends).toHaveLength(sends);
    expect(await scene.db.collection('instagram_dms').countDocuments()).toBe(stored);
  });

  it('answers several messages with one reply, and as in a conversation where one is named', async () => {
    const customer = scene.newCustomer();
    customer.sendText('I am called Grace');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
    const { _id } = await scene.conversationOf(customer);
    const asked = { messages: ['hi', 'what is my name?'], conversation_id: _id.toHexString() };
    expect((await preview(asked)).status).toBe(200);

    const seen = JSON.stringify(scene.model.asked.at(-1)?.messages);
    expect(seen).toContain('I am called Grace');
    expect(seen).toContain('what is my name?');
  });

  it('says when nothing fit to send came out, when a person is asked for, and what would be told instead', async () => {
    await scene.settings({ fallback_text: 'Later!', hand_over_text: 'A person comes.' });
    scene.model.answerWith('Go to evil.com');
    expect((await preview({ message: 'link?' })).body).toMatchObject({
      data: { outcome: 'fallback', text: 'Later!', reason: 'withheld_link' },
    });
    expect((await preview({ message: 'I want to talk to a human' })).body).toMatchObject({
      data: { outcome: 'hand_over', text: 'A person comes.', tokens: 0 },
    });
    await scene.settings({ fallback_text: null, hand_over_text: null });
  });

  it('tries settings that nobody saved, and keeps none of them', async () => {
    const settings = { instructions: 'Answer like a pirate.', hand_over_text: 'Wait, matey.' };
    expect((await preview({ message: 'When are you open?', settings })).status).toBe(200);
    expect(JSON.stringify(scene.model.asked.at(-1)?.messages)).toContain('Answer like a pirate.');
    expect((await preview({ message: 'I want to talk to a human', settings })).body).toMatchObject({
      data: { outcome: 'hand_over', text: 'Wait, matey.' },
    });
    expect((await preview({ message: 'hi', settings: { model: 'none-such' } })).status).toBe(400);
    expect((await preview({ message: 'hi', settings: { colour: 'red' } })).status).toBe(400);
    const saved = await (await scene.app.call()).get(`/agent/settings/${scene.accountId}`);
    expect(JSON.stringify(saved.body)).not.toMatch(/pirate|matey/);
  });

  it('answers 502 when the model fails, without its words', async () => {
    scene.model.fail({ mode: 400 });
    const answer = await preview({ message: 'hi' });
    expect(answer.status).toBe(502);
    expect(answer.body).toMatchObject({ success: false, code: 'model_failed', details: { failure: 'refused' } });
  });

  it('answers 429 once the account’s tokens of the day are used up', async () => {
    await scene.settings({ daily_token_budget: 1 });
    const answer = await preview({ message: 'hi' });
    expect(answer.status).toBe(429);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await scene.settings({ daily_token_budget: null });
  });

  it('knows no account or conversation of another tenant, and refuses bad bodies', async () => {
    const call = await scene.app.call(stranger);
    await call.post('/agent/preview').send({ account_id: scene.accountId, message: 'hi' }).expect(404);
    expect((await preview({ message: 'hi', conversation_id: 'f'.repeat(24) })).status).toBe(404);
    expect((await preview({})).status).toBe(400);
    expect((await preview({ message: '' })).status).toBe(400);
    expect((await preview({ messages: [] })).status).toBe(400);
    expect((await preview({ message: 'hi', conversation_id: '../x' })).status).toBe(400);
  });
});

describe('the global switch', () => {
  it('silences every account and the preview', async () => {
    const off = await startTestApp({
      services: {
        ...services,
        databaseName: `${services.databaseName}_off`,
        redisPrefix: `${services.redisPrefix}_off`,
      },
      env: { AGENT_ENABLED: 'false', OPENAI_BASE_URL: scene.model.baseUrl },
    });
    const accountId = await off.connect();
    const asked = scene.model.asked.length;
    const body = { account_id: accountId, message: 'hi' };
    await (await off.call()).post('/agent/preview').send(body).expect(409);
    off.sandbox.customer.sendText('Hello?');
    await eventually(async () => {
      const answer = await (await off.call()).get('/instagram-dms/list').query({ platform_account_id: accountId });
      const [dm] = (answer.body as { data: { agent_state?: string; agent_reason?: string }[] }).data;
      expect(dm).toMatchObject({ agent_state: 'skipped', agent_reason: 'agent_disabled' });
    });
    expect(off.sandbox.sends).toEqual([]);
    expect(scene.model.asked).toHaveLength(asked);
    await off.stop();
  }, 60_000);
});
