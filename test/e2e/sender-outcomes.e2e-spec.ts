import { GraphCallError, GraphClient } from '#libs/graph-api';
import { AccountDirectoryService, AccountHealthService } from '../../src/accounts/index.js';
import { ConversationClaimsRepository, ConversationsRepository } from '../../src/conversations/index.js';
import { DmsRepository, OutboundRepository, SendSettlingService } from '../../src/dms/index.js';
import { DeadLettersRepository } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { SenderScene } from '../support/sender-scene.js';
import { useServices } from '../support/services.js';

const hourMs = 3_600_000;
const scene = new SenderScene(useServices());
const rowsOf = async (filter: object = {}) =>
  (await (await scene.app.call()).get('/instagram-dms/list').query({ recipient_id: scene.to, ...filter })).body;

describe('order', () => {
  it('sends each DM once and in order though many ask at once', async () => {
    const texts = Array.from({ length: 12 }, (_, n) => `Part ${n}`);
    for (const text of texts) await scene.queue([text]);

    await Promise.all(Array.from({ length: 8 }, () => scene.sendNow()));

    await eventually(() => expect(scene.accepted()).toEqual(texts));
  });

  it('does not send the rest of a reply when one part was refused, and sends the next reply', async () => {
    scene.app.sandbox.faults.add({
      route: 'send',
      mode: 'error',
      error: 'bad_parameter',
      recipient: scene.to,
      skip: 1,
      count: 1,
    });
    const [one, two, three] = (await scene.queue(['1', '2', '3'])) as [string, string, string];
    const [other] = (await scene.queue(['next'])) as [string];

    await scene.sendNow();

    expect(scene.accepted()).toEqual(['1', 'next']);
    expect(await Promise.all([one, two, three, other].map((id) => scene.statusOf(id)))).toEqual([
      'sent',
      'failed',
      'failed',
      'sent',
    ]);
    expect((await scene.find(three)).error?.kind).toBe('earlier_part_failed');
  });

  it('takes over from a process that died with the conversation claimed', async () => {
    await scene.queue(['Hello']);
    await scene.app.get(ConversationClaimsRepository).claimSends(scene.conversationId, 30_000);
    await scene.sendNow();
    expect(scene.accepted()).toEqual([]);

    await scene.after(31_000);

    await eventually(() => expect(scene.accepted()).toEqual(['Hello']));
  });
});

describe('a crash between claim and outcome', () => {
  it('before the call: nothing is sent by itself, and an operator may have it sent', async () => {
    const [id] = (await scene.queue(['Lost'])) as [string];
    const [next] = (await scene.queue(['Behind it'])) as [string];
    await scene.app.get(OutboundRepository).claim(await scene.find(id), 20_000);

    await scene.sendNow();
    expect(scene.accepted()).toEqual([]);
    await scene.after(21_000);
    await eventually(async () => expect(await scene.statusOf(id)).toBe('unconfirmed'));
    await scene.inTime(async () => expect((await scene.find(id)).next_attempt_at).toBeUndefined());
    await scene.inTime(async () => expect(await scene.statusOf(next)).toBe('sent'));
    expect(scene.accepted()).toEqual(['Behind it']);

    const answer = await (await scene.app.call()).post(`/instagram-dms/${id}/resolve`).send({ action: 'send_again' });
    expect(answer.status).toBe(200);
    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect(scene.accepted()).toEqual(['Behind it', 'Lost']);
  });

  it('after the call: Meta’s conversation shows it, and it is sent', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'reset_after_acting', recipient: scene.to, count: 1 });
    const [id] = (await scene.queue(['Did it arrive?'])) as [string];
    await scene.sendNow();
    expect(await scene.statusOf(id)).toBe('unconfirmed');

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect((await scene.find(id)).message_id).toBe(
      scene.app.sandbox.sends.find((sent) => sent.recipientId === scene.to)?.mid,
    );
    expect(scene.accepted()).toEqual(['Did it arrive?']);
  });

  it('after the call: found too when the customer has reacted to it before it was known by its mid', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'reset_after_acting', recipient: scene.to, count: 1 });
    const [id] = (await scene.queue(['Do you like it?'])) as [string];
    await scene.sendNow();
    const mid = scene.app.sandbox.sends.find((sent) => sent.recipientId === scene.to)?.mid ?? '';
    scene.guest.react(mid, { emoji: '👍' });
    await eventually(async () =>
      expect(await scene.app.get(DmsRepository).findByMid(scene.accountId, mid)).not.toBeNull(),
    );

    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));

    const { total, data } = await rowsOf();
    expect(total).toBe(1);
    expect(data[0]).toMatchObject({ message_id: mid, text: 'Do you like it?', reactions: [{ emoji: '👍' }] });
  });

  it('after the call: nobody claims that it was not sent when Meta tells no details of that time any more', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'reset_after_acting', recipient: scene.to, count: 1 });
    const [id] = (await scene.queue(['Long ago'])) as [string];
    await scene.sendNow();
    for (let n = 0; n < 25; n++) scene.guest.sendText(`and another thing, ${n}`, { webhook: false });

    await scene.inTime(async () => expect((await scene.find(id)).next_attempt_at).toBeUndefined());

    expect(await scene.find(id)).toMatchObject({ status: 'unconfirmed', error: { kind: 'no_answer' } });
  });
});

describe('echoes', () => {
  it.each(['before', 'after', 'never', 'twice'] as const)('one DM when the echo comes %s the answer', async (echo) => {
    scene.app.sandbox.webhooks.configure({ echo });
    const [id] = (await scene.queue([`Echo ${echo}`])) as [string];

    await scene.sendNow();
    await scene.app.sandbox.idle();

    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
    await eventually(async () => expect(await rowsOf()).toMatchObject({ total: 1, data: [{ _id: id }] }));
    const conversation = await scene.app.get(ConversationsRepository).getById(scene.conversationId);
    expect(conversation?.agent_paused_until).toBeUndefined();
  });

  it.each(['timeout_after_acting', 'reset_after_acting', 'drop_answer', 'no_id'] as const)(
    'settle a send whose answer was lost (%s)',
    async (mode) => {
      scene.app.sandbox.webhooks.configure({ echo: 'after' });
      scene.app.sandbox.faults.add({ route: 'send', mode, recipient: scene.to, count: 1 });
      const [id] = (await scene.queue([`Lost answer ${mode}`])) as [string];

      await scene.sendNow();
      await scene.app.sandbox.idle();

      await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
      expect(scene.accepted()).toEqual([`Lost answer ${mode}`]);
      expect((await rowsOf()).total).toBe(1);
    },
  );

  it('settle code 1/1357046, which Meta gives for what it has sent', async () => {
    scene.app.sandbox.webhooks.configure({ echo: 'after' });
    scene.app.sandbox.faults.add({
      route: 'send',
      mode: 'error',
      error: 'sent_but_error',
      afterActing: true,
      recipient: scene.to,
      count: 1,
    });
    const [id] = (await scene.queue(['Sent all the same'])) as [string];

    await scene.sendNow();
    await scene.app.sandbox.idle();

    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect(scene.accepted()).toEqual(['Sent all the same']);
  });

  it('of the same words by a person gives the person’s message back when Meta’s answer names another mid', async () => {
    const [id] = (await scene.queue(['Yes, we are open.'])) as [string];
    scene.app.sandbox.faults.add({ route: 'send', mode: 'latency', latencyMs: 400, recipient: scene.to, count: 1 });
    const sending = scene.sendNow();
    await eventually(async () => expect(await scene.statusOf(id)).toBe('sending'));
    scene.app.sandbox.account.replyFromInstagramApp(scene.guest, 'Yes, we are open.');
    await scene.app.sandbox.idle();
    await sending;

    await eventually(async () => expect((await rowsOf()).total).toBe(2));
    const mids = new Set((await rowsOf()).data.map(({ message_id }: { message_id: string }) => message_id));
    expect(mids.size).toBe(2);
    expect((await scene.find(id)).message_id).toBe(
      scene.app.sandbox.sends.find((sent) => sent.recipientId === scene.to)?.mid,
    );
  });
});

describe('Meta’s refusals', () => {
  it('613 holds the whole account until its time, and loses nothing', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'rate_limit', count: 1 });
    const [first] = (await scene.queue(['First'])) as [string];
    await scene.sendNow();
    const heldIn = scene.conversationId;
    scene.newGuest();
    const [second] = (await scene.queue(['Second'])) as [string];
    await scene.sendNow();

    expect(await scene.find(first)).toMatchObject({ status: 'queued', held_reason: 'meta_limit' });
    expect(await scene.find(second)).toMatchObject({ status: 'queued', held_reason: 'meta_limit', attempts: 0 });

    await scene.inTime(async () => expect(await scene.statusOf(first)).toBe('sent'));
    await scene.inTime(async () => expect(await scene.statusOf(second)).toBe('sent'));
    expect(heldIn).not.toBe(scene.conversationId);
  });

  it('100 percent of usage holds the account until the named time', async () => {
    scene.app.sandbox.faults.add({
      route: 'send',
      mode: 'error',
      error: 'account_rate_limit',
      count: 1,
      headers: {
        'x-business-use-case-usage': JSON.stringify({
          [scene.app.sandbox.account.igId]: [
            {
              type: 'instagram',
              call_count: 100,
              total_cputime: 1,
              total_time: 1,
              estimated_time_to_regain_access: 17,
            },
          ],
        }),
      },
    });
    const [id] = (await scene.queue(['Patience'])) as [string];
    await scene.sendNow();

    await scene.after(16 * 60_000);
    expect(await scene.find(id)).toMatchObject({ status: 'queued', held_reason: 'meta_limit' });
    await scene.after(2 * 60_000);
    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
  });

  it('551 is tried again hours later, a few times, and then lies in a dead letter that can be replayed', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'unavailable', recipient: scene.to });
    const [id] = (await scene.queue(['Are you there?'])) as [string];
    await scene.sendNow();
    for (const [hours, attempts] of [
      [2, 2],
      [4, 3],
      [8, 4],
    ] as const) {
      await eventually(async () =>
        expect(await scene.find(id)).toMatchObject({ status: 'queued', held_reason: 'unavailable' }),
      );
      await scene.after(hours * hourMs + 1_000);
      await eventually(async () => expect((await scene.find(id)).attempts).toBe(attempts));
    }
    await eventually(async () => expect(await scene.statusOf(id)).toBe('failed'));
    const letters = await scene.app.get(DeadLettersRepository).list({ kind: 'send', limit: 50 });
    const letter = letters.find(({ payload }) => payload['dm_id'] === id);
    expect(letter).toMatchObject({ reason: 'person_unavailable', platform_account_id: scene.accountId });

    scene.app.sandbox.faults.clear();
    scene.guest.sendText('Here I am', { webhook: false });
    const admin = await scene.app.call({ userId: 'admin', role: 'admin' });
    await admin.post(`/admin/dead-letters/${letter?._id}/replay`).expect((answer) => {
      expect([200, 201, 202]).toContain(answer.status);
    });
    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect(scene.accepted()).toEqual(['Are you there?']);
  });

  it.each(['window_closed', 'no_user', 'bad_parameter', 'no_permission'] as const)(
    '%s fails at once, after one call',
    async (error) => {
      scene.app.sandbox.faults.add({ route: 'send', mode: 'error', error, recipient: scene.to });
      const [id] = (await scene.queue(['No'])) as [string];

      await scene.sendNow();
      await scene.after(hourMs);

      expect(await scene.statusOf(id)).toBe('failed');
      expect(scene.callsTo()).toBe(1);
    },
  );

  it('a temporary failure is tried four times in all', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'transient', recipient: scene.to });
    const [id] = (await scene.queue(['Again'])) as [string];
    await scene.sendNow();

    await scene.inTime(async () =>
      expect(await scene.find(id)).toMatchObject({ status: 'failed', error: { code: 2 } }),
    );
    expect(scene.callsTo()).toBe(4);
  });

  it('a connection that was refused is tried again soon, without a look: nothing can have been sent', async () => {
    const call = { host: 'instagram', route: 'send', method: 'POST', reason: 'refused', delivered: 'no' } as const;
    jest.spyOn(scene.app.get(GraphClient), 'send').mockRejectedValueOnce(new GraphCallError('Refused.', call));
    const calls = scene.app.sandbox.calls.length;
    const [id] = (await scene.queue(['Second try'])) as [string];
    await scene.sendNow();
    expect(await scene.find(id)).toMatchObject({ status: 'queued', error: { kind: 'not_reached' } });

    await scene.after(1_300);

    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
    expect(scene.app.sandbox.calls.slice(calls).map(({ route }) => route)).toEqual(['send']);
  });

  it('368 pauses the account’s sends and alerts once', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'policy_block', count: 1 });
    const [id] = (await scene.queue(['Blocked'])) as [string];
    await scene.sendNow();
    expect(await scene.find(id)).toMatchObject({ status: 'queued', held_reason: 'sends_paused' });
    scene.newGuest();
    const [other] = (await scene.queue(['Waits too'])) as [string];
    await scene.sendNow();
    expect(await scene.find(other)).toMatchObject({ status: 'queued', held_reason: 'sends_paused', attempts: 0 });

    await scene.app.get(AccountHealthService).resumeSends(scene.accountId);
    await scene.after(hourMs + 1_000);
    await eventually(async () => expect(await scene.statusOf(id)).toBe('sent'));
    await eventually(async () => expect(await scene.statusOf(other)).toBe('sent'));
  });

  it('190 pauses the account until it is connected again, then everything goes out', async () => {
    scene.app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'token_expired', count: 1 });
    const [id] = (await scene.queue(['Token'])) as [string];
    await scene.sendNow();
    expect((await scene.app.get(AccountDirectoryService).get(scene.accountId))?.status).toBe('needs_reauth');
    const calls = scene.callsTo();
    await scene.after(61_000);
    expect(scene.callsTo()).toBe(calls);
    expect(await scene.find(id)).toMatchObject({ status: 'queued', held_reason: 'account' });

    await scene.app.connect(undefined, { enabled: false });
    await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));
  });
});

describe('the window', () => {
  it('is asked at the time of sending: a DM that waited past it is not sent', async () => {
    scene.newGuest();
    scene.guest.sendText('A question');
    await scene.app.sandbox.idle();
    await eventually(async () =>
      expect(
        (await scene.app.get(ConversationsRepository).getById(scene.conversationId))?.last_inbound_at,
      ).toBeDefined(),
    );
    const [id] = (await scene.queue(['In time'])) as [string];
    scene.clock.advance(24 * hourMs + 1_000);

    await scene.sendNow();

    expect(await scene.find(id)).toMatchObject({ status: 'failed', error: { kind: 'outside_window' } });
    expect(scene.callsTo()).toBe(0);
    const answer = await (
      await scene.app.call()
    )
      .post('/instagram-dms/send')
      .send({ recipient_id: scene.to, message_text: 'Late', platform_account_id: scene.accountId });
    expect(answer.status).toBe(403);
    expect(answer.body.error).toBe('24-hour messaging window expired. Wait for user to message first.');
  });

  it('is open one second before 24 hours, and for a person with HUMAN_AGENT for 7 days', async () => {
    scene.newGuest();
    scene.guest.sendText('A question');
    await scene.app.sandbox.idle();
    await eventually(async () =>
      expect(
        (await scene.app.get(ConversationsRepository).getById(scene.conversationId))?.last_inbound_at,
      ).toBeDefined(),
    );
    scene.clock.advance(24 * hourMs - 1_000);
    const [id] = (await scene.queue(['Just in time'])) as [string];
    await scene.sendNow();
    expect(await scene.statusOf(id)).toBe('sent');

    scene.clock.advance(2 * hourMs);
    const account = scene.app.sandbox.account;
    const tagged = await scene.queue(['From a person'], {
      source: 'api',
      parts: [{ text: 'From a person', outbound: { tag: 'HUMAN_AGENT' } }],
    });
    const agents = await scene.queue(['From the agent'], {
      source: 'agent',
      parts: [{ text: 'From the agent', outbound: { tag: 'HUMAN_AGENT' } }],
    });
    await scene.sendNow();
    expect(await scene.find(agents[0] as string)).toMatchObject({
      status: 'failed',
      error: { kind: 'outside_window' },
    });
    const [last] = scene.app.sandbox.calls.filter((call) => JSON.stringify(call.body).includes('From a person'));
    expect(last?.body).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' });
    expect(account.igId).toBeDefined();
    expect(tagged).toHaveLength(1);
  });
});

describe('settling', () => {
  it('changes nothing when it is asked too early or twice', async () => {
    const [id] = (await scene.queue(['Calm'])) as [string];
    await scene.app.get(SendSettlingService).settle(id);
    expect(await scene.statusOf(id)).toBe('queued');
    await scene.sendNow();
    await Promise.all([scene.app.get(SendSettlingService).settle(id), scene.app.get(SendSettlingService).settle(id)]);
    expect(await scene.statusOf(id)).toBe('sent');
  });
});
