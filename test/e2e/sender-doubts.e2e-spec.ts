import { getConnectionToken } from '@nestjs/mongoose';
import type { Connection } from 'mongoose';
import { conversationIdOf, ConversationsRepository } from '../../src/conversations/index.js';
import { DmsRepository, OutboundRepository } from '../../src/dms/index.js';
import { SendTracesService } from '../../src/dms/outbound/send-traces.service.js';
import { DeadLettersRepository } from '../../src/queue/index.js';
import { DeliveryLogRepository } from '../../src/deliveries/index.js';
import { eventually } from '../support/eventually.js';
import { SenderScene } from '../support/sender-scene.js';
import { useServices } from '../support/services.js';

const scene = new SenderScene(useServices());
const fail = (fault: object) =>
  scene.app.sandbox.faults.add({ route: 'send', mode: 'error', recipient: scene.to, count: 1, ...fault });
/** As if Meta had said so that often; calls that fail in a row would open the circuit. */
const triedBefore = async (id: string, times: number): Promise<void> => {
  const outbound = scene.app.get(OutboundRepository);
  for (let n = 0; n < times; n++) {
    const claimed = await outbound.claim(await scene.find(id), 1_000);
    if (claimed)
      await outbound.backToQueue(claimed, { until: scene.clock.date(), reason: 'retry', counted: 'temporary' });
  }
};

describe('“try again” from Meta', () => {
  it.each([
    ['code 2', 'transient'],
    ['an HTTP 500 without a known code', { status: 500, message: 'Sorry', code: 31337 }],
  ] as const)('for what it has sent: a late echo settles it, and nothing is repeated (%s)', async (_what, error) => {
    const { webhooks } = scene.app.sandbox;
    webhooks.configure({ echo: 'after' });
    webhooks.hold();
    fail({ error, afterActing: true });
    const [id] = (await scene.queue(['Sent all the same'])) as [string];
    await scene.sendNow();
    expect(await scene.find(id)).toMatchObject({ status: 'queued', held_reason: 'retry' });

    await scene.after(2_000);
    await scene.sendNow();
    webhooks.release();
    await scene.app.sandbox.idle();

    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
    await scene.after(60_000);
    expect(scene.accepted()).toEqual(['Sent all the same']);
    expect(scene.callsTo()).toBe(1);
    const conversation = await scene.app
      .get(ConversationsRepository)
      .getById(conversationIdOf(scene.accountId, scene.to));
    expect(conversation?.agent_paused_until).toBeUndefined();
  });

  it('for what it has sent, without an echo: its conversation shows it, and nothing is repeated', async () => {
    fail({ error: 'transient', afterActing: true });
    const [id] = (await scene.queue(['Look there'])) as [string];
    await scene.sendNow();

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));

    expect((await scene.find(id)).message_id).toBe(scene.app.sandbox.sends.at(-1)?.mid);
    expect(scene.accepted()).toEqual(['Look there']);
    expect(scene.callsTo()).toBe(1);
  });

  it.each(['after', 'never'] as const)(
    'for what it has sent, and nothing shows it for a minute: sent once, stored once (echo: %s)',
    async (echo) => {
      scene.app.sandbox.webhooks.configure({ echo });
      fail({ error: 'transient', afterActing: true, count: 5 });
      scene.app.sandbox.faults.add({ route: 'send', mode: 'late_traces', showsAfterMs: 60_000 });
      const [id] = (await scene.queue(['Only once, please'])) as [string];
      await scene.sendNow();

      await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));
      for (let n = 0; n < 10; n++) await scene.after(60_000);

      expect(scene.accepted()).toEqual(['Only once, please']);
      const stored = await scene.app.get(DmsRepository).history(scene.conversationId, { limit: 50 });
      expect(stored.filter(({ direction }) => direction === 'outbound').map(({ text }) => text)).toEqual([
        'Only once, please',
      ]);
    },
  );

  it('for what it has not sent: repeated, once that is proven, and before what comes after', async () => {
    fail({ error: 'transient' });
    const texts = ['Second try', 'Then this', 'And this', 'And that'];
    const ids = await scene.queue(texts);
    await scene.sendNow();

    for (let waited = 0; waited < 90_000; waited += 10_000) await scene.after(10_000);
    await scene.sendNow();
    expect(scene.callsTo()).toBe(1);

    await scene.inTime(async () => expect(await scene.statusOf(ids.at(-1) as string)).toBe('sent'));

    expect(scene.accepted()).toEqual(texts);
    expect(scene.callsTo()).toBe(5);
  });

  it('is not acted upon while a list tells ids alone and the messages can’t be asked for; each is, where they can', async () => {
    scene.app.sandbox.context.shapes.messages = 'ids';
    scene.app.sandbox.faults.add({ route: 'message', mode: 'error', error: 'no_permission' });
    fail({ error: 'transient' });
    const [id] = (await scene.queue(['Ids alone'])) as [string];
    await scene.sendNow();
    for (let waited = 0; waited < 200; waited += 20) await scene.after(20_000);
    await scene.sendNow();
    expect(await scene.find(id)).toMatchObject({ status: 'queued', attempts: 1 });

    scene.app.sandbox.faults.clear();

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect(scene.accepted()).toEqual(['Ids alone']);
    scene.app.sandbox.context.shapes.messages = 'detailed';
  });

  it('is not acted upon while what Meta delivered since waits to be stored: its echo may be in it', async () => {
    fail({ error: 'transient' });
    const [id] = (await scene.queue(['Behind'])) as [string];
    await scene.sendNow();
    const deliveries = scene.app.get<Connection>(getConnectionToken() as never).collection('webhook_deliveries');
    const { insertedId } = await deliveries.insertOne({
      ...{ payload: '{}', state: 'received', unfinished: true, events: 1, account_ids: [scene.accountId] },
      ...{ received_at: scene.clock.date(), due_at: new Date(scene.clock.now() + 86_400_000) },
    });
    for (let waited = 0; waited < 200; waited += 20) await scene.after(20_000);
    await scene.sendNow();
    expect(await scene.find(id)).toMatchObject({ status: 'queued', attempts: 1 });

    await scene.app.get(DeliveryLogRepository).markStored([String(insertedId)]);

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect(scene.accepted()).toEqual(['Behind']);
  });

  it('is not acted upon while the conversation can’t be looked at; then a person decides', async () => {
    fail({ error: 'transient' });
    scene.app.sandbox.faults.add({ route: 'conversations', mode: 'error', error: 'no_permission' });
    const [id, next] = (await scene.queue(['Patience'])).concat(await scene.queue(['Next'])) as [string, string];
    await scene.sendNow();

    for (let waited = 0; waited < 520; waited += 20) {
      await scene.after(20_000);
      await scene.sendNow();
    }
    expect(await scene.find(id)).toMatchObject({ status: 'queued', held_reason: 'retry', attempts: 1 });

    await scene.inTime(async () => expect(await scene.statusOf(next)).toBe('sent'));
    expect(await scene.find(id)).toMatchObject({ status: 'unconfirmed', attempts: 1, error: { kind: 'no_answer' } });
    expect(scene.accepted()).toEqual(['Next']);
  });

  it('is not sent twice when its echo is long in coming, and the conversation has moved on too far to show it', async () => {
    fail({ error: 'transient', afterActing: true });
    const [id] = (await scene.queue(['Once'])) as [string];
    await scene.sendNow();
    for (let n = 0; n < 30; n++) scene.guest.sendText(`line ${n}`, { webhook: false });

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('unconfirmed'));
    await scene.after(60_000);
    await scene.sendNow();

    expect(scene.accepted()).toEqual(['Once']);
    expect((await scene.find(id)).next_attempt_at).toBeUndefined();
  });

  it('stays a doubt through refusals that came after it', async () => {
    fail({ error: 'transient', afterActing: true });
    const [id] = (await scene.queue(['Doubtful'])) as [string];
    await scene.sendNow();
    // Tried again unseen, as after a look that came too early to find it.
    jest.spyOn(scene.app.get(SendTracesService), 'look').mockResolvedValueOnce({ kind: 'absent' });
    fail({ error: 'rate_limit' });
    scene.clock.advance(100_000);
    await eventually(async () => {
      await scene.after(100);
      await scene.sendNow();
      expect(await scene.find(id)).toMatchObject({ held_reason: 'meta_limit', attempts: 2 });
    });

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));

    expect(scene.accepted()).toEqual(['Doubtful']);
  });

  it('too often: failed only when the conversation does not show the last one either', async () => {
    fail({ error: 'transient' });
    const [id] = (await scene.queue(['Again and again'])) as [string];
    await triedBefore(id, 3);
    await scene.sendNow();
    expect(await scene.statusOf(id)).toBe('unconfirmed');

    await scene.inTime(async () =>
      expect(await scene.find(id)).toMatchObject({ status: 'failed', error: { code: 2 } }),
    );

    const letters = await scene.app.get(DeadLettersRepository).list({ kind: 'send', limit: 50 });
    expect(letters.find(({ payload }) => payload['dm_id'] === id)).toMatchObject({ reason: 'temporary' });
  });

  it('too often, and the last one was sent: that is found out', async () => {
    fail({ error: 'transient', afterActing: true });
    const [id] = (await scene.queue(['At last'])) as [string];
    await triedBefore(id, 3);
    await scene.sendNow();

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));

    expect(scene.accepted()).toEqual(['At last']);
    expect(scene.callsTo()).toBe(1);
  });
});

describe('code 1', () => {
  it('is never repeated, whatever its HTTP status', async () => {
    fail({ error: { status: 500, message: 'An unknown error occurred', code: 1 }, afterActing: true });
    const [id] = (await scene.queue(['Once'])) as [string];
    await scene.sendNow();
    expect(await scene.statusOf(id)).toBe('unconfirmed');

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));

    expect(scene.accepted()).toEqual(['Once']);
  });
});

describe('Meta’s refusal, read by a process that had slept', () => {
  /** The call is answered only after its DM was given up for abandoned. */
  const answeredLate = async (error: string): Promise<string> => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'latency', latencyMs: 1_200, recipient: scene.to, count: 1 });
    fail({ error });
    const [id] = (await scene.queue(['Refused'])) as [string];
    const sending = scene.sendNow();
    await eventually(async () => expect(await scene.statusOf(id)).toBe('sending'));
    await scene.after(22_000);
    await eventually(async () => expect(await scene.statusOf(id)).toBe('unconfirmed'));
    await sending;
    return id;
  };

  it('puts it back, when it was “not now”', async () => {
    const id = await answeredLate('rate_limit');

    expect(await scene.find(id)).toMatchObject({ status: 'queued', held_reason: 'meta_limit', error: { code: 613 } });
    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect(scene.accepted()).toEqual(['Refused']);
  });

  it('leaves it to the operator when what comes after it may have gone out', async () => {
    const outbound = scene.app.get(OutboundRepository);
    const [id] = (await scene.queue(['First'])) as [string];
    const claimed = await outbound.claim(await scene.find(id), 1_000);
    if (!claimed) throw new Error('not claimed');
    await outbound.markUnconfirmed(claimed, { kind: 'not_found', message: 'Not there.' });

    await expect(outbound.backToQueue(claimed, { until: scene.clock.date(), reason: 'retry' })).resolves.toBe(false);

    expect(await scene.statusOf(id)).toBe('unconfirmed');
  });

  it('fails it, and its letter stays', async () => {
    const id = await answeredLate('bad_parameter');

    expect(await scene.find(id)).toMatchObject({ status: 'failed', error: { code: 100 } });
    const letters = await scene.app.get(DeadLettersRepository).list({ kind: 'send', limit: 50 });
    expect(letters.map(({ payload }) => payload['dm_id'])).toContain(id);
  });
});
