import type { SandboxCustomer } from '#libs/sandbox';
import type { SuggestionView } from '../../src/agent/index.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { eventually } from '../support/eventually.js';
import { EventStream } from '../support/event-stream.js';
import { useServices } from '../support/services.js';
import { tenant } from '../support/test-app.js';

jest.setTimeout(40_000);
const services = useServices();
let scene: AgentScene;

beforeAll(async () => {
  scene = await startAgentScene({ services }, { agent_mode: 'draft' });
}, 60_000);
afterAll(() => scene?.stop());
beforeEach(() => {
  scene.model.resetAnswers();
  scene.model.clearFaults();
});

async function pathOf(customer: SandboxCustomer): Promise<string> {
  return `/inbox/conversations/${String((await scene.conversationOf(customer))._id)}/suggestion`;
}

async function suggestionFor(customer: SandboxCustomer): Promise<SuggestionView> {
  const { body } = await (await scene.app.call()).get(await pathOf(customer)).expect(200);
  return (body as { data: SuggestionView }).data;
}

/** A customer who writes once, and for whom something is suggested. */
async function asks(text = 'When are you open?', answer = 'We open at nine.') {
  scene.model.answerWith(answer);
  const customer = scene.newCustomer();
  await scene.stored(customer.sendText(text));
  await scene.settled(customer);
  return { customer, path: await pathOf(customer), call: await scene.app.call() };
}

describe('an agent that suggests', () => {
  it('sends nothing, shows nothing to the customer, and tells people what it would answer, and why', async () => {
    const { customer, path, call } = await asks();

    expect(scene.answersTo(customer)).toEqual([]);
    const [asked] = await scene.dmsOf(customer);
    expect(asked).toMatchObject({ agent_state: 'skipped', agent_reason: 'suggested' });
    expect(await suggestionFor(customer)).toMatchObject({
      ...{ text: 'We open at nine.', reason: null, answers: [String(asked?._id)] },
    });
    const run = await call.get(`/agent/runs/${String(asked?._id)}`).expect(200);
    expect(run.body).toMatchObject({ data: { outcome: 'draft', reply_ids: [] } });
    const other = await scene.app.call({ userId: 'tenant-2', role: 'user' });
    for (const method of ['get', 'post', 'delete'] as const)
      expect((await other[method](path).send(method === 'post' ? {} : undefined)).status).toBe(404);
  });

  it('is sent by a person once, though two press at the same time, and then it is gone', async () => {
    const { customer, path, call } = await asks();
    const { id } = await suggestionFor(customer);
    const both = await Promise.all([1, 2].map(() => call.post(path).send({ id })));

    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(both[0]?.body).toMatchObject({ success: true, id: both[1]?.body.id });
    expect(scene.answersTo(customer)).toEqual(['We open at nine.']);
    expect((await scene.dmsOf(customer)).at(-1)).toMatchObject({ source: 'api' });
    await call.get(path).expect(404);
    await call.delete(path).expect(404);
  });

  it('is sent as a person changed it, under their client’s name, and again only as that', async () => {
    const { customer, path, call } = await asks();
    const edited = { message: 'We open at nine, see you!', client_key: 'key-of-a-client' };
    const first = await call.post(path).send(edited).expect(200);
    const again = await call.post(path).send(edited).expect(200);
    expect(again.body).toMatchObject({ id: first.body.id });
    const other = await call.post(path).send({ client_key: 'another' }).expect(409);
    expect(other.body).toMatchObject({ code: 'suggestion_outdated' });

    expect(scene.answersTo(customer)).toEqual(['We open at nine, see you!']);
  });

  it('suggests anew when the customer writes more, and what was read before is not sent', async () => {
    const { customer, path, call } = await asks();
    const before = await suggestionFor(customer);
    scene.model.answerWith('At nine, and on Sundays at ten.');
    await scene.stored(customer.sendText('And on Sundays?'));
    await call.post(path).send({ id: before.id }).expect(409);
    await eventually(async () => expect((await suggestionFor(customer)).text).toBe('At nine, and on Sundays at ten.'));
    const outdated = await call.post(path).send({ id: before.id }).expect(409);

    expect(outdated.body).toMatchObject({ code: 'suggestion_outdated' });
    expect(scene.answersTo(customer)).toEqual([]);
  });

  it('goes on suggesting after a person has answered', async () => {
    const { customer, path, call } = await asks();
    await call.post(path).send({}).expect(200);
    scene.model.answerWith('You are welcome to.');
    await scene.stored(customer.sendText('Can I bring my dog?'));

    await eventually(async () => expect((await suggestionFor(customer)).text).toBe('You are welcome to.'));
  });

  it('gives way to what a person writes themselves, or takes away', async () => {
    const { customer, path, call } = await asks();
    await call.post(path.replace('/suggestion', '/messages')).send({ message: 'At nine!' }).expect(200);
    await call.get(path).expect(404);
    await call.post(path).send({}).expect(404);
    expect(scene.answersTo(customer)).toEqual(['At nine!']);

    const { path: second } = await asks();
    await call.delete(second).expect(200);
    await call.get(second).expect(404);
  });

  it('says when it would have left a conversation to a person', async () => {
    const { customer, path, call } = await asks('I want to talk to a human, please!');
    expect(await suggestionFor(customer)).toMatchObject({
      ...{ text: 'A colleague will answer you here.', reason: 'customer_request' },
    });
    const shown = await call.get(path.replace('/suggestion', '')).expect(200);
    expect(shown.body).toMatchObject({
      data: { agent_paused: false, handed_over: { reason: 'customer_request' }, last_message_direction: 'inbound' },
    });
  });

  it('suggests no excuse where it has no answer', async () => {
    scene.model.fail({ mode: 400 });
    const customer = scene.newCustomer();
    await scene.stored(customer.sendText('When are you open?'));
    await scene.settled(customer);

    expect((await scene.dmsOf(customer))[0]).toMatchObject({ agent_reason: 'model_refused' });
    await (await scene.app.call()).get(await pathOf(customer)).expect(404);
  });

  it('is told live when something is suggested, and when it is gone', async () => {
    const stream = await EventStream.open(`${scene.app.url}/inbox/stream`, {
      authorization: `Bearer ${await scene.app.token(tenant)}`,
    });
    await eventually(() => expect(stream.named('ready')).toHaveLength(1));
    const { customer, path, call } = await asks();
    const { id } = await suggestionFor(customer);
    await call.delete(path).expect(200);

    await eventually(() => {
      const told = stream.named('suggestion').filter(({ data }) => (data['suggestion'] as SuggestionView).id === id);
      expect(told.map(({ data }) => data['change'])).toEqual(['new', 'gone']);
    });
    stream.close();
  });

  it('is forgotten with the person', async () => {
    const { customer } = await asks();
    const { _id } = await scene.conversationOf(customer);
    const left = () => scene.db.collection('agent_suggestions').countDocuments({ conversation_id: String(_id) });
    expect(await left()).toBe(1);
    const erase = { account_id: scene.accountId, participant_id: customer.id };
    await (await scene.app.call()).post('/privacy/erasures').send(erase);
    await eventually(async () => expect(await left()).toBe(0));
  });
});

describe('the mode', () => {
  const settings = async (patch?: Record<string, unknown>) => {
    const call = await scene.app.call();
    const path = `/agent/settings/${scene.accountId}`;
    return patch ? call.put(path).send(patch) : call.get(path);
  };
  afterAll(() => scene.settings({ agent_mode: 'draft', auto_share: null }));

  it('and the switch are one thing, in both ways of saying it', async () => {
    expect((await settings({ agent_mode: 'off' })).body.data).toMatchObject({ enabled: false, agent_mode: 'off' });
    expect((await settings({ enabled: true })).body.data).toMatchObject({ enabled: true, agent_mode: 'auto' });
    expect((await settings({ agent_mode: 'draft' })).body.data).toMatchObject({ enabled: true, agent_mode: 'draft' });
    expect((await settings({ enabled: true })).body.data).toMatchObject({ enabled: true, agent_mode: 'draft' });
    expect((await settings({ enabled: false })).body.data).toMatchObject({ enabled: false, agent_mode: 'off' });
    const odd = await settings({ enabled: false, agent_mode: 'draft' });
    expect(odd.status).toBe(400);
    expect(odd.body).toMatchObject({ details: [{ field: 'agent_mode' }] });
    expect((await settings({ agent_mode: 'loud' })).status).toBe(400);
    expect((await settings({ auto_share: 101 })).status).toBe(400);
    expect((await settings()).body.data).toMatchObject({ auto_share: 100, agent_mode: 'off' });
  });

  it('auto leaves the rest of a share to people', async () => {
    await scene.settings({ agent_mode: 'auto', auto_share: 0 });
    const { customer } = await asks();
    expect((await suggestionFor(customer)).text).toBe('We open at nine.');
    await scene.settings({ auto_share: 100 });
    const { customer: other } = await asks();
    expect(scene.answersTo(other)).toEqual(['We open at nine.']);
  });
});
