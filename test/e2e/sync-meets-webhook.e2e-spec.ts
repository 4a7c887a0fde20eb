import type { SandboxCustomer } from '#libs/sandbox';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { deliver, deliveryOf } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';

jest.setTimeout(60_000);
const services = useServices();
let scene: AgentScene;
let customer: SandboxCustomer;

beforeAll(async () => {
  scene = await startAgentScene({ services });
}, 60_000);
afterAll(() => scene?.stop());

beforeEach(async () => {
  customer = scene.newCustomer('Mara');
  customer.sendText('Hello');
  await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
  await scene.settled(customer);
});

/** Written, but its webhook waits; an operator opens the conversation meanwhile. */
async function writtenAndFetched(text: string): Promise<string> {
  const mid = customer.sendText(text, { webhook: false }).mid ?? '';
  const { _id } = await scene.conversationOf(customer);
  await (await scene.app.call()).get(`/inbox/conversations/${_id.toHexString()}/messages?sync=true`).expect(200);
  expect(await dmOf(mid)).toMatchObject({ source: 'sync', text });
  return mid;
}

async function webhookComes(mid: string, text: string): Promise<void> {
  const { account, env } = scene.app.sandbox;
  const event = { sender: { id: customer.id }, recipient: { id: account.igId }, timestamp: Date.now() };
  const body = deliveryOf(account.igId, [{ ...event, message: { mid, text } }]);
  await deliver(scene.app.url, body, { secret: env['INSTAGRAM_CLIENT_SECRET'] }).expect(200);
}

const dmOf = async (mid: string) => (await scene.dmsOf(customer)).find((dm) => dm.message_id === mid);

it('answers a message that an operator’s look at the conversation stored before its webhook came', async () => {
  const mid = await writtenAndFetched('Do you ship to Norway?');
  await webhookComes(mid, 'Do you ship to Norway?');
  await eventually(() => expect(scene.answersTo(customer)).toHaveLength(2));
  await webhookComes(mid, 'Do you ship to Norway?');
  await scene.settled(customer);
  expect(scene.answersTo(customer)).toHaveLength(2);
  expect(await dmOf(mid)).toMatchObject({ agent_state: 'answered' });
});

it('gives no second answer where the operator has answered what was fetched', async () => {
  const mid = await writtenAndFetched('Do you ship to Iceland?');
  const { _id } = await scene.conversationOf(customer);
  const path = `/inbox/conversations/${_id.toHexString()}/messages`;
  await (await scene.app.call()).post(path).send({ message: 'Yes, we do.' }).expect(200);
  await webhookComes(mid, 'Do you ship to Iceland?');
  const skipped = { agent_state: 'skipped', agent_reason: 'already_answered' };
  await eventually(async () => expect(await dmOf(mid)).toMatchObject(skipped));
  expect(scene.answersTo(customer)).toHaveLength(2);
});
