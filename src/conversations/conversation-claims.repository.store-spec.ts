import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { ConversationClaimsRepository, type Claim } from './conversation-claims.repository.js';
import { ConversationsRepository, type Conversation } from './conversations.repository.js';
import { CONVERSATION, ConversationSchema, emptyConversation, type ConversationRecord } from './conversation.schema.js';

const services = useServices();
const clock = new MovableClock(new Date('2026-11-21T12:00:00Z').getTime());

let connection: Connection;
let claims: ConversationClaimsRepository;
let model: mongoose.Model<ConversationRecord>;

beforeAll(async () => {
  // An index that is being built would wait for the transactions here, and everything else for it.
  connection = await mongoose.createConnection(services.mongoUrl, { autoIndex: false }).asPromise();
  model = connection.model<ConversationRecord>(CONVERSATION, ConversationSchema);
  claims = new ConversationClaimsRepository(model, clock);
});

afterAll(() => connection?.close());

async function newOne(): Promise<string> {
  const { _id: id, ...conversation } = emptyConversation(
    { _id: 'acc', channel: 'instagram', user_id: 'tenant' },
    randomUUID(),
    clock.date(),
  );
  const _id = new mongoose.Types.ObjectId(id);
  await connection.collection('inbox_conversations').insertOne({ _id, ...conversation, send_seq: 5 });
  return id;
}

/** Without counting a revision. */
const silencedBefore = (id: string) =>
  connection
    .collection('inbox_conversations')
    .updateOne(
      { _id: new mongoose.Types.ObjectId(id) },
      { $set: { agent_paused_until: new Date(), updated_at: new Date() } },
    );

/** As whoever answers: with so many sends added to the conversation, as it is now or as it was known before. */
const end = (id: string, claim: Claim, sends = 2, known?: Conversation) =>
  within(async (session) => {
    const before = known ?? (await claims.held(session, id, claim));
    if (!before) return 'lost';
    const conversation = { ...before, send_seq: before.send_seq + sends, updated_at: clock.date() };
    const options = { addedSends: sends > 0, sendLeaseMs: 10_000 };
    const ended = await claims.endAnswer(session, { before, conversation }, options);
    return ended ? ended.send : 'changed';
  });

const record = (id: string) =>
  connection.collection('inbox_conversations').findOne({ _id: new mongoose.Types.ObjectId(id) });

type Session = mongoose.ClientSession;
const within = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
  connection.getClient().withSession((session) => session.withTransaction(() => work(session)));

describe('ConversationClaimsRepository', () => {
  it('ends an answer’s claim with its transaction, which takes send numbers and the right to send', async () => {
    const id = await newOne();
    const claim = await claims.claimAnswer(id, 20_000);
    if (!claim) throw new Error('not claimed');

    await expect(end(id, claim)).resolves.toEqual({ epoch: 1 });

    expect(await record(id)).toMatchObject({ send_seq: 7, send_epoch: 1 });
    await expect(claims.claimSends(id, 1_000)).resolves.toBeNull();
    await expect(claims.claimAnswer(id, 1_000)).resolves.toMatchObject({ epoch: 2 });
  });

  it('leaves the right to send with whoever has it, until it runs out', async () => {
    const id = await newOne();
    await claims.claimSends(id, 5_000);
    const answer = async () => {
      const claim = await claims.claimAnswer(id, 20_000);
      return claim && end(id, claim);
    };

    await expect(answer()).resolves.toBeNull();
    clock.advance(5_000);
    await expect(answer()).resolves.toEqual({ epoch: 2 });
    expect(await record(id)).toMatchObject({ send_seq: 9 });
  });

  it('takes nothing for an answer that sends nothing', async () => {
    const id = await newOne();
    const claim = await claims.claimAnswer(id, 20_000);
    if (!claim) throw new Error('not claimed');

    await expect(end(id, claim, 0)).resolves.toBeNull();

    expect(await record(id)).not.toHaveProperty('send_leased_until');
    expect(await record(id)).not.toHaveProperty('answer_leased_until');
  });

  it('writes nothing for a claim that another has taken since', async () => {
    const id = await newOne();
    const slept = await claims.claimAnswer(id, 1_000);
    clock.advance(1_000);
    await claims.claimAnswer(id, 20_000);
    if (!slept) throw new Error('not claimed');

    await expect(end(id, slept)).resolves.toBe('lost');

    expect(await record(id)).toMatchObject({ send_seq: 5, send_epoch: 0, answer_epoch: 2 });
  });

  it('starts an answer over when another has claimed the conversation between its look and its write', async () => {
    const id = await newOne();
    const slept = await claims.claimAnswer(id, 1_000);
    if (!slept) throw new Error('not claimed');
    let looks = 0;

    const outcome = await within(async (session) => {
      const conversation = await claims.held(session, id, slept);
      if (++looks === 1) {
        clock.advance(1_000);
        await claims.claimAnswer(id, 20_000);
      }
      if (!conversation) return 'lost';
      const options = { addedSends: true, sendLeaseMs: 10_000 };
      return claims.endAnswer(session, { before: conversation, conversation }, options);
    });

    expect([outcome, looks]).toEqual(['lost', 2]);
    expect(await record(id)).toMatchObject({ send_seq: 5, send_epoch: 0, answer_epoch: 2 });
  });

  it('tells how the conversation stood, so that whoever writes in between is noticed', async () => {
    const id = await newOne();
    const claim = await claims.claimAnswer(id, 20_000);
    const conversations = new ConversationsRepository(model, clock);
    await within(async (session) => {
      const conversation = await conversations.getById(id, session);
      await conversations.saveAll(session, conversation ? [conversation] : []);
    });

    expect(claim).toMatchObject({ epoch: 1, conversation: { _id: id, send_seq: 5 } });
    expect(claim?.conversation.revision).toBeUndefined();
    expect((await conversations.getById(id))?.revision).toBe(1);
  });

  it('ends an answer on the conversation as it was claimed, without reading it again', async () => {
    const id = await newOne();
    const claim = await claims.claimAnswer(id, 20_000);
    if (!claim) throw new Error('not claimed');

    await expect(end(id, claim, 1, claim.conversation)).resolves.toEqual({ epoch: 1 });

    expect(await record(id)).toMatchObject({ send_seq: 6, send_epoch: 1, revision: 1 });
    expect(await record(id)).not.toHaveProperty('answer_leased_until');
  });

  it.each<[string, (conversations: ConversationsRepository, id: string) => Promise<unknown>]>([
    ['silenced the agent', (all, id) => all.pauseAgent(id, { until: new Date(), reason: 'operator' })],
    [
      'handed it back to the agent',
      async (all, id) => {
        await all.pauseAgent(id, { until: new Date(), reason: 'operator' });
        await all.resumeAgent(id);
      },
    ],
    ['looked the person up', (all, id) => all.saveProfile(id, { name: 'Mara' })],
    ['learned Meta’s id of it', (all, id) => all.noteThread(id, { externalId: 't1', username: 'mara' })],
    ['silenced it in an older version', (_, id) => silencedBefore(id)],
    ['begun to send', (_, id) => claims.claimSends(id, 5_000)],
    ['claimed it, after this claim ran out', (_, id) => (clock.advance(20_000), claims.claimAnswer(id, 20_000))],
  ])('writes nothing to it as it was claimed when somebody has %s since', async (_what, touch) => {
    const id = await newOne();
    const claim = await claims.claimAnswer(id, 20_000);
    if (!claim) throw new Error('not claimed');
    await touch(new ConversationsRepository(model, clock), id);
    const touched = await record(id);

    await expect(end(id, claim, 1, claim.conversation)).resolves.toBe('changed');

    expect(await record(id)).toEqual(touched);
  });

  it('is not renewed by a timer that fires when it is over', async () => {
    const id = await newOne();
    const claim = await claims.claimAnswer(id, 20_000);
    if (!claim) throw new Error('not claimed');
    await expect(claims.renew('answer', id, claim, 20_000)).resolves.toBe(true);
    await end(id, claim);

    await expect(claims.renew('answer', id, claim, 20_000)).resolves.toBe(false);

    await expect(claims.claimAnswer(id, 1_000)).resolves.toMatchObject({ epoch: 2 });
  });
});
