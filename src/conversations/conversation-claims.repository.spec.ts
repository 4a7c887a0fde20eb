import { randomUUID } from 'node:crypto';
import mongoose, { type Connection } from 'mongoose';
import { MovableClock } from '#libs/clock';
import { useServices } from '../../test/support/services.js';
import { ConversationClaims } from './conversation-claims.repository.js';
import { CONVERSATION, ConversationSchema, newConversation, type ConversationRecord } from './conversation.schema.js';

const services = useServices();
const clock = new MovableClock(new Date('2026-11-21T12:00:00Z').getTime());
const taking = { sends: 2, sendLeaseMs: 10_000 };

let connection: Connection;
let claims: ConversationClaims;

beforeAll(async () => {
  connection = await mongoose.createConnection(services.mongoUrl).asPromise();
  claims = new ConversationClaims(connection.model<ConversationRecord>(CONVERSATION, ConversationSchema), clock);
});

afterAll(() => connection?.close());

async function newOne(): Promise<string> {
  const { insertedId } = await connection
    .collection('inbox_conversations')
    .insertOne({ ...newConversation, participant_id: randomUUID(), send_seq: 5 });
  return insertedId.toHexString();
}

const record = (id: string) =>
  connection.collection('inbox_conversations').findOne({ _id: new mongoose.Types.ObjectId(id) });

type Session = mongoose.ClientSession;
const within = <T>(work: (session: Session) => Promise<T>): Promise<T> =>
  connection.getClient().withSession((session) => session.withTransaction(() => work(session)));

describe('ConversationClaims', () => {
  it('ends an answer’s claim with its transaction, which takes send numbers and the right to send', async () => {
    const id = await newOne();
    const claim = await claims.claim('answer', id, 20_000);
    if (!claim) throw new Error('not claimed');

    const ended = await within((session) => claims.endAnswer(session, id, claim, taking));

    expect(ended).toMatchObject({ conversation: { _id: id, send_seq: 7 }, send: { epoch: 1 } });
    expect(await record(id)).toMatchObject({ send_seq: 7, send_epoch: 1 });
    await expect(claims.claim('send', id, 1_000)).resolves.toBeNull();
    await expect(claims.claim('answer', id, 1_000)).resolves.toEqual({ epoch: 2 });
  });

  it('leaves the right to send with whoever has it, until it runs out', async () => {
    const id = await newOne();
    await claims.claim('send', id, 5_000);
    const answer = async () => {
      const claim = await claims.claim('answer', id, 20_000);
      return claim && within((session) => claims.endAnswer(session, id, claim, taking));
    };

    await expect(answer()).resolves.toMatchObject({ conversation: { send_seq: 7 }, send: null });
    clock.advance(5_000);
    await expect(answer()).resolves.toMatchObject({ conversation: { send_seq: 9 }, send: { epoch: 2 } });
  });

  it('takes nothing for an answer that sends nothing', async () => {
    const id = await newOne();
    const claim = await claims.claim('answer', id, 20_000);
    if (!claim) throw new Error('not claimed');

    const ended = await within((session) => claims.endAnswer(session, id, claim, { ...taking, sends: 0 }));

    expect(ended).toMatchObject({ conversation: { send_seq: 5 }, send: null });
    expect(await record(id)).not.toHaveProperty('send_leased_until');
    expect(await record(id)).not.toHaveProperty('answer_leased_until');
  });

  it('writes nothing for a claim that another has taken since', async () => {
    const id = await newOne();
    const slept = await claims.claim('answer', id, 1_000);
    clock.advance(1_000);
    await claims.claim('answer', id, 20_000);
    if (!slept) throw new Error('not claimed');

    await expect(within((session) => claims.endAnswer(session, id, slept, taking))).resolves.toBeNull();

    expect(await record(id)).toMatchObject({ send_seq: 5, send_epoch: 0, answer_epoch: 2 });
  });

  it('is not renewed by a timer that fires when it is over', async () => {
    const id = await newOne();
    const claim = await claims.claim('answer', id, 20_000);
    if (!claim) throw new Error('not claimed');
    await expect(claims.renew('answer', id, claim, 20_000)).resolves.toBe(true);
    await within((session) => claims.endAnswer(session, id, claim, taking));

    await expect(claims.renew('answer', id, claim, 20_000)).resolves.toBe(false);

    await expect(claims.claim('answer', id, 1_000)).resolves.toEqual({ epoch: 2 });
  });
});
