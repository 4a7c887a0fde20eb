import type { SandboxCustomer } from '#libs/sandbox';
import { FetchMessageProcessor } from '../../src/dms/hints/fetch-message.processor.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { deliver, deliveryOf } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(90_000);

const services = useServices();
const patienceMs = 30_000;
let scene: AgentScene;

beforeAll(async () => {
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());
afterEach(() => scene.app.sandbox.faults.clear());

const igId = (): string => scene.app.sandbox.account.igId;
const secret = (): string => scene.app.sandbox.env['INSTAGRAM_CLIENT_SECRET'] ?? '';

async function delivered(event: object): Promise<void> {
  const body = deliveryOf(igId(), [{ timestamp: Date.now(), ...event }]);
  await deliver(scene.app.url, body, { secret: secret() }).expect(200);
}
const askedFor = (mid: string): number =>
  scene.app.sandbox.calls.filter(({ route, path }) => route === 'message' && path.endsWith(`/${mid}`)).length;
const hintIsDone = (mid: string): Promise<void> =>
  eventually(async () => {
    const hints = await scene.db.collection('message_hints').find({ mid }).toArray();
    expect(hints).toHaveLength(1);
    expect(hints[0]).not.toHaveProperty('due_at');
  }, patienceMs);
/** Said while Meta posts no webhook of it. */
function saysUnheard(customer: SandboxCustomer, text: string): string {
  const { mid } = customer.sendText(text, { webhook: false });
  if (mid === null) throw new Error('it has no mid');
  return mid;
}
const party = (customer: SandboxCustomer) => ({ sender: { id: customer.idFor() }, recipient: { id: igId() } });

describe('a message of which only something else is told', () => {
  it.each<[string, (mid: string, customer: SandboxCustomer) => object]>([
    ['an edit numbered 0 that names nobody', (mid) => ({ message_edit: { mid, num_edit: 0 } })],
    ['an edit numbered 0', (mid, one) => ({ ...party(one), message_edit: { mid, num_edit: 0 } })],
    ['a reaction', (mid, one) => ({ ...party(one), reaction: { mid, action: 'react', emoji: '❤' } })],
    ['a read receipt that names nobody', (mid) => ({ read: { mid } })],
  ])('is fetched once, stored once and answered: %s', async (_what, eventOf) => {
    const customer = scene.newCustomer();
    scene.model.answerWith(() => 'Yes, one is left.');
    const mid = saysUnheard(customer, 'Is the blue one left?');
    const event = eventOf(mid, customer);

    await Promise.all([delivered(event), delivered(event)]);

    await eventually(() => expect(scene.answersTo(customer)).toEqual(['Yes, one is left.']), patienceMs);
    await hintIsDone(mid);
    await scene.app.get(FetchMessageProcessor).sweep();
    expect(askedFor(mid)).toBe(1);

    await delivered({ ...party(customer), message: { mid, text: 'Is the blue one left?' } });
    await eventually(async () =>
      expect((await scene.dmsOf(customer)).filter(({ message_id: known }) => known === mid)).toMatchObject([
        { source: 'webhook', text: 'Is the blue one left?', agent_state: 'answered' },
      ]),
    );
    await scene.settled(customer);
    expect(scene.answersTo(customer)).toHaveLength(1);
  });

  it('is not asked for when it comes by itself', async () => {
    const customer = scene.newCustomer();
    const mid = saysUnheard(customer, 'Me first');
    await delivered({ ...party(customer), message_edit: { mid, num_edit: 0 } });
    await delivered({ ...party(customer), message: { mid, text: 'Me first' } });

    await hintIsDone(mid);
    expect(askedFor(mid)).toBe(0);
  });

  it('has what was said of it by an event that named nobody', async () => {
    const customer = scene.newCustomer();
    const mid = saysUnheard(customer, 'Two tables');
    await delivered({ message_edit: { mid, num_edit: 1, text: 'Three tables' } });

    await eventually(
      async () => expect(await scene.dmsOf(customer)).toMatchObject([{ message_id: mid, text: 'Three tables' }, {}]),
      patienceMs,
    );
    // Now that it is known, the next one finds it at once.
    await delivered({ message_edit: { mid, num_edit: 2, text: 'Four tables' } });
    await eventually(async () => expect((await scene.dmsOf(customer))[0]).toMatchObject({ text: 'Four tables' }));
    expect(askedFor(mid)).toBe(1);
  });

  it('shows on the account when Meta refuses it, and is not asked for again', async () => {
    const mid = 'aWdfnobody-knows-it';
    await delivered({ message_edit: { mid, num_edit: 0 } });

    await hintIsDone(mid);
    const { body } = await (await scene.app.call()).get(`/accounts/${scene.accountId}`).expect(200);
    expect(body.data.last_error).toMatchObject({ during: 'fetch_message', code: 100 });
    await delivered({ message_edit: { mid, num_edit: 0 } });
    await hintIsDone(mid);
  });

  it('shows its new words when an edit came without them', async () => {
    const customer = scene.newCustomer();
    const { mid } = customer.sendText('Two tables for eight please');
    if (mid === null) throw new Error('it has no mid');
    await scene.settled(customer);
    customer.edit(mid, 'Two tables for nine please', { webhook: false });
    await delivered({ ...party(customer), message_edit: { mid, num_edit: 1 } });

    await eventually(
      async () =>
        expect((await scene.dmsOf(customer))[0]).toMatchObject({
          text: 'Two tables for nine please',
          edits: [{ text: 'Two tables for eight please' }, { num_edit: 1, text: 'Two tables for nine please' }],
        }),
      patienceMs,
    );
    expect(askedFor(mid)).toBe(1);
  });
});
