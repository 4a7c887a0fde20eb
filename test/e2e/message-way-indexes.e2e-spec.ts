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

const ways = ['webhook_deliveries', 'instagram_dms', 'dm_tombstones', 'inbox_conversations', 'inbox_blocklist'];

/** What MongoDB did by reading a whole collection, while `work` ran. */
async function wholeReadsDuring(work: () => Promise<void>): Promise<unknown[]> {
  const { db } = scene;
  await db.createCollection('system.profile', { capped: true, size: 20_000_000 });
  await db.command({ profile: 2 });
  await work();
  await db.command({ profile: 0 });
  const namespaces = [...ways, 'agent_usage', 'user_settings'].map((name) => `${db.databaseName}.${name}`);
  return (
    db
      .collection('system.profile')
      // Gauges count a few whole collections now and then; a message never waits for that.
      .find({ planSummary: /COLLSCAN/, ns: { $in: namespaces }, 'command.aggregate': { $exists: false } })
      .project({ _id: 0, ns: 1, op: 1, command: 1 })
      .toArray()
  );
}

async function listed(participant: string): Promise<{ message_id: string; unsent: boolean; status?: string }[]> {
  const caller = await scene.app.call();
  const ways = [{ sender_id: participant }, { recipient_id: participant }];
  const pages = await Promise.all(ways.map((query) => caller.get('/instagram-dms/list').query(query).expect(200)));
  return pages.flatMap(({ body }) => body.data);
}

it('no step of a message’s way reads a whole collection: storing, answering, echo, answer by hand, taking back', async () => {
  const customer = scene.newCustomer('Mara');
  const wholeReads = await wholeReadsDuring(async () => {
    const { mid } = customer.sendText('When are you open?');
    await eventually(() => expect(scene.answersTo(customer)).toHaveLength(1));
    const caller = await scene.app.call();
    const byHand = { recipient_id: customer.id, message_text: 'Anything else?' };
    await caller
      .post('/instagram-dms/send')
      .set('idempotency-key', 'by-hand')
      .send({ ...byHand, platform_account_id: scene.accountId })
      .expect(200);
    customer.unsend(mid ?? '');
    await eventually(async () =>
      expect(await listed(customer.id)).toContainEqual(expect.objectContaining({ message_id: mid, unsent: true })),
    );
  });
  expect(wholeReads).toEqual([]);
});
