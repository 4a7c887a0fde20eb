import { conversationIdOf } from '../../src/conversations/index.js';
import { startAgentScene, type AgentScene } from '../support/agent-scene.js';
import { deliver, deliveryOf } from '../support/door.js';
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

/** What the customer's app says when they read what was written up to then. */
async function readUpTo(participant: string, atMs: number): Promise<void> {
  const { account, env } = scene.app.sandbox;
  const event = { sender: { id: participant }, recipient: { id: account.igId }, timestamp: atMs + 1 };
  const body = deliveryOf(account.igId, [{ ...event, read: { watermark: atMs } }]);
  await deliver(scene.app.url, body, { secret: env['INSTAGRAM_CLIENT_SECRET'] }).expect(200);
  await eventually(async () => {
    const conversation = await scene.db.collection('inbox_conversations').findOne({ participant_id: participant });
    expect(conversation).toMatchObject({ read_up_to: atMs });
  });
}

/** Answers of ours, one a second. */
async function writeAnswers(participant: string, fromMs: number, statuses: string[]): Promise<void> {
  const { accountId: platform_account_id, db } = scene;
  const conversation_id = conversationIdOf(platform_account_id, participant);
  const always = { conversation_id, platform_account_id, direction: 'outbound', read: true, is_deleted: false };
  const answers = statuses.map((status, n) => ({ ...always, status, timestamp: fromMs + n * 1_000 }));
  await db.collection('instagram_dms').insertMany(answers);
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

it('a read receipt looks at what was written since the last one, and marks only what was sent', async () => {
  const { db } = scene;
  const participant = '5550000000000042';
  const hourMs = 3_600_000;
  const startMs = Date.now() - 5 * hourMs;
  await writeAnswers(participant, startMs, Array<string>(300).fill('sent'));
  await readUpTo(participant, startMs + 2 * hourMs);
  await writeAnswers(participant, startMs + 3 * hourMs, ['sent', 'queued', 'failed']);

  await db
    .collection('system.profile')
    .drop()
    .catch(() => undefined);
  await db.createCollection('system.profile', { capped: true, size: 20_000_000 });
  await db.command({ profile: 2 });
  await readUpTo(participant, startMs + 4 * hourMs);
  await db.command({ profile: 0 });

  const marks = { op: 'update', ns: `${db.databaseName}.instagram_dms`, 'command.q.read_at': null };
  const profiled = await db
    .collection('system.profile')
    .find({ ...marks, 'command.q.conversation_id': conversationIdOf(scene.accountId, participant) })
    .toArray();
  expect(profiled).toEqual([expect.objectContaining({ docsExamined: 3, nModified: 1 })]);
  const read = await db.collection('instagram_dms').distinct('status', {
    conversation_id: conversationIdOf(scene.accountId, participant),
    read_at: { $ne: null },
  });
  expect(read).toEqual(['sent']);
});
