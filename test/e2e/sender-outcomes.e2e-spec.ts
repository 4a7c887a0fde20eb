import { MovableClock } from '#libs/clock';
import type { SandboxCustomer } from '#libs/sandbox';
import { AccountDirectory, AccountHealth } from '../../src/accounts/index.js';
import { conversationIdOf, ConversationsRepository } from '../../src/conversations/index.js';
import { Transactions } from '../../src/database/index.js';
import { Outbox, OutboundRepository, Sender, SendSettling, type NewReply } from '../../src/dms/index.js';
import { DeadLetters, Scheduler } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const services = useServices();
jest.setTimeout(30_000);

const hourMs = 3_600_000;
const clock = new MovableClock();
let app: TestApp;
let accountId: string;
let guest: SandboxCustomer;
let to: string;
let conversationId: string;
let replies = 0;

beforeAll(async () => {
  app = await startTestApp({ services, clock, env: { GRAPH_TIMEOUT_MS: '1500' }, sandboxOptions: { clock } });
  accountId = await app.connect(undefined, { enabled: false });
}, 60_000);
afterAll(() => app?.stop());

beforeEach(() => {
  app.sandbox.faults.clear();
  app.sandbox.webhooks.configure({ echo: 'never' });
  newGuest();
});

function newGuest(): void {
  guest = app.sandbox.createCustomer({ username: `guest.${Math.random().toString(36).slice(2, 10)}` });
  guest.sendText('Hello?', { webhook: false });
  to = guest.idFor(app.sandbox.account);
  conversationId = conversationIdOf(accountId, to);
}

async function queue(texts: string[], made: Partial<NewReply> = {}): Promise<string[]> {
  const account = await app.get(AccountDirectory).get(accountId);
  if (!account) throw new Error('no account');
  const reply: NewReply = {
    source: 'agent',
    key: `agent:${++replies}`,
    parts: texts.map((text) => ({ text })),
    ...made,
  };
  const dms = await app.get(Transactions).run((session) => app.get(Outbox).queue(session, account, to, reply));
  return dms.map(({ _id }) => String(_id));
}

const sendNow = () => app.get(Sender).sendConversation(conversationId);
const find = async (id: string) => {
  const dm = await app.get(OutboundRepository).find(id);
  if (!dm) throw new Error('there is no such DM');
  return dm;
};
const statusOf = async (id: string) => (await find(id)).status;
const accepted = () => app.sandbox.sends.filter((sent) => sent.recipientId === to).map(({ text }) => text);
const callsTo = () => app.sandbox.calls.filter((call) => JSON.stringify(call.body).includes(to)).length;
const rowsOf = async (filter: object = {}) =>
  (await (await app.call()).get('/instagram-dms/list').query({ recipient_id: to, ...filter })).body;
/** Moves the clock and runs what is due by then. */
const after = async (ms: number) => {
  clock.advance(ms);
  await app.get(Scheduler).runDue();
};

/** Lets time pass in steps until it holds. */
const inTime = (check: () => Promise<void>, stepMs = 10_000) =>
  eventually(async () => {
    await after(stepMs);
    await check();
  });

describe('order', () => {
  it('sends each DM once and in order though many ask at once', async () => {
    const texts = Array.from({ length: 12 }, (_, n) => `Part ${n}`);
    for (const text of texts) await queue([text]);

    await Promise.all(Array.from({ length: 8 }, sendNow));

    await eventually(() => expect(accepted()).toEqual(texts));
  });

  it('does not send the rest of a reply when one part was refused, and sends the next reply', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'bad_parameter', recipient: to, skip: 1, count: 1 });
    const [one, two, three] = (await queue(['1', '2', '3'])) as [string, string, string];
    const [other] = (await queue(['next'])) as [string];

    await sendNow();

    expect(accepted()).toEqual(['1', 'next']);
    expect(await Promise.all([one, two, three, other].map(statusOf))).toEqual(['sent', 'failed', 'failed', 'sent']);
    expect((await find(three)).error?.kind).toBe('earlier_part_failed');
  });

  it('takes over from a process that died with the conversation claimed', async () => {
    await queue(['Hello']);
    await app.get(ConversationsRepository).claim('send', conversationId, 30_000);
    await sendNow();
    expect(accepted()).toEqual([]);

    await after(31_000);

    await eventually(() => expect(accepted()).toEqual(['Hello']));
  });
});

describe('a crash between claim and outcome', () => {
  it('before the call: nothing is sent by itself, and an operator may have it sent', async () => {
    const [id] = (await queue(['Lost'])) as [string];
    const [next] = (await queue(['Behind it'])) as [string];
    await app.get(OutboundRepository).claim(await find(id), 20_000);

    await sendNow();
    expect(accepted()).toEqual([]);
    await after(21_000);
    await eventually(async () => expect(await statusOf(id)).toBe('unconfirmed'));
    await inTime(async () => expect((await find(id)).next_attempt_at).toBeUndefined());
    await inTime(async () => expect(await statusOf(next)).toBe('sent'));
    expect(accepted()).toEqual(['Behind it']);

    const answer = await (await app.call()).post(`/instagram-dms/${id}/resolve`).send({ action: 'send_again' });
    expect(answer.status).toBe(200);
    await eventually(async () => expect(await statusOf(id)).toBe('sent'));
    expect(accepted()).toEqual(['Behind it', 'Lost']);
  });

  it('after the call: Meta’s conversation shows it, and it is sent', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'reset_after_acting', recipient: to, count: 1 });
    const [id] = (await queue(['Did it arrive?'])) as [string];
    await sendNow();
    expect(await statusOf(id)).toBe('unconfirmed');

    await inTime(async () => expect(await statusOf(id)).toBe('sent'));
    expect((await find(id)).message_id).toBe(app.sandbox.sends.find((sent) => sent.recipientId === to)?.mid);
    expect(accepted()).toEqual(['Did it arrive?']);
  });

  it('after the call: found too when the customer has reacted to it before it was known by its mid', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'reset_after_acting', recipient: to, count: 1 });
    const [id] = (await queue(['Do you like it?'])) as [string];
    await sendNow();
    const mid = app.sandbox.sends.find((sent) => sent.recipientId === to)?.mid ?? '';
    guest.react(mid, { emoji: '👍' });
    await eventually(async () => expect(await app.get(OutboundRepository).findByMid(accountId, mid)).not.toBeNull());

    await inTime(async () => expect(await statusOf(id)).toBe('sent'));

    const { total, data } = await rowsOf();
    expect(total).toBe(1);
    expect(data[0]).toMatchObject({ message_id: mid, text: 'Do you like it?', reactions: [{ emoji: '👍' }] });
  });

  it('after the call: nobody claims that it was not sent when Meta tells no details of that time any more', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'reset_after_acting', recipient: to, count: 1 });
    const [id] = (await queue(['Long ago'])) as [string];
    await sendNow();
    for (let n = 0; n < 25; n++) guest.sendText(`and another thing, ${n}`, { webhook: false });

    await inTime(async () => expect((await find(id)).next_attempt_at).toBeUndefined());

    expect(await find(id)).toMatchObject({ status: 'unconfirmed', error: { kind: 'no_answer' } });
  });

  it('makes no call when the process slept too long after its claim', async () => {
    const [id] = (await queue(['Too late'])) as [string];
    const repository = app.get(OutboundRepository);
    const claim = repository.claim.bind(repository);
    const now = performance.now.bind(performance);
    jest.spyOn(repository, 'claim').mockImplementationOnce(async (...args) => {
      const claimed = await claim(...args);
      jest.spyOn(performance, 'now').mockImplementation(() => now() + 60_000);
      return claimed;
    });

    await sendNow();
    jest.restoreAllMocks();

    expect(accepted()).toEqual([]);
    expect(await statusOf(id)).toBe('queued');
    await after(2_000);
    await eventually(() => expect(accepted()).toEqual(['Too late']));
  });
});

describe('echoes', () => {
  it.each(['before', 'after', 'never', 'twice'] as const)('one DM when the echo comes %s the answer', async (echo) => {
    app.sandbox.webhooks.configure({ echo });
    const [id] = (await queue([`Echo ${echo}`])) as [string];

    await sendNow();
    await app.sandbox.idle();

    await eventually(async () => expect(await statusOf(id)).toBe('sent'));
    await eventually(async () => expect(await rowsOf()).toMatchObject({ total: 1, data: [{ _id: id }] }));
    const conversation = await app.get(ConversationsRepository).getById(conversationId);
    expect(conversation?.agent_paused_until).toBeUndefined();
  });

  it.each(['timeout_after_acting', 'reset_after_acting', 'drop_answer', 'no_id'] as const)(
    'settle a send whose answer was lost (%s)',
    async (mode) => {
      app.sandbox.webhooks.configure({ echo: 'after' });
      app.sandbox.faults.add({ route: 'send', mode, recipient: to, count: 1 });
      const [id] = (await queue([`Lost answer ${mode}`])) as [string];

      await sendNow();
      await app.sandbox.idle();

      await eventually(async () => expect(await statusOf(id)).toBe('sent'));
      expect(accepted()).toEqual([`Lost answer ${mode}`]);
      expect((await rowsOf()).total).toBe(1);
    },
  );

  it('settle code 1/1357046, which Meta gives for what it has sent', async () => {
    app.sandbox.webhooks.configure({ echo: 'after' });
    app.sandbox.faults.add({
      route: 'send',
      mode: 'error',
      error: 'sent_but_error',
      afterActing: true,
      recipient: to,
      count: 1,
    });
    const [id] = (await queue(['Sent all the same'])) as [string];

    await sendNow();
    await app.sandbox.idle();

    await eventually(async () => expect(await statusOf(id)).toBe('sent'));
    expect(accepted()).toEqual(['Sent all the same']);
  });

  it('of the same words by a person gives the person’s message back when Meta’s answer names another mid', async () => {
    const [id] = (await queue(['Yes, we are open.'])) as [string];
    app.sandbox.faults.add({ route: 'send', mode: 'latency', latencyMs: 400, recipient: to, count: 1 });
    const sending = sendNow();
    await eventually(async () => expect(await statusOf(id)).toBe('sending'));
    app.sandbox.account.replyFromInstagramApp(guest, 'Yes, we are open.');
    await app.sandbox.idle();
    await sending;

    await eventually(async () => expect((await rowsOf()).total).toBe(2));
    const mids = new Set((await rowsOf()).data.map(({ message_id }: { message_id: string }) => message_id));
    expect(mids.size).toBe(2);
    expect((await find(id)).message_id).toBe(app.sandbox.sends.find((sent) => sent.recipientId === to)?.mid);
  });
});

describe('Meta’s refusals', () => {
  it('613 holds the whole account until its time, and loses nothing', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'rate_limit', count: 1 });
    const [first] = (await queue(['First'])) as [string];
    await sendNow();
    const heldIn = conversationId;
    newGuest();
    const [second] = (await queue(['Second'])) as [string];
    await sendNow();

    expect(await find(first)).toMatchObject({ status: 'queued', held_reason: 'meta_limit' });
    expect(await find(second)).toMatchObject({ status: 'queued', held_reason: 'meta_limit', attempts: 0 });

    await after(11 * 60_000);
    await eventually(async () => expect(await statusOf(first)).toBe('sent'));
    await eventually(async () => expect(await statusOf(second)).toBe('sent'));
    expect(heldIn).not.toBe(conversationId);
  });

  it('100 percent of usage holds the account until the named time', async () => {
    app.sandbox.faults.add({
      route: 'send',
      mode: 'error',
      error: 'account_rate_limit',
      count: 1,
      headers: {
        'x-business-use-case-usage': JSON.stringify({
          [app.sandbox.account.igId]: [
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
    const [id] = (await queue(['Patience'])) as [string];
    await sendNow();

    await after(16 * 60_000);
    expect(await find(id)).toMatchObject({ status: 'queued', held_reason: 'meta_limit' });
    await after(2 * 60_000);
    await eventually(async () => expect(await statusOf(id)).toBe('sent'));
  });

  it('551 is tried again hours later, a few times, and then lies in a dead letter that can be replayed', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'unavailable', recipient: to });
    const [id] = (await queue(['Are you there?'])) as [string];
    await sendNow();
    for (const [hours, attempts] of [
      [2, 2],
      [4, 3],
      [8, 4],
    ] as const) {
      await eventually(async () =>
        expect(await find(id)).toMatchObject({ status: 'queued', held_reason: 'unavailable' }),
      );
      await after(hours * hourMs + 1_000);
      await eventually(async () => expect((await find(id)).attempts).toBe(attempts));
    }
    await eventually(async () => expect(await statusOf(id)).toBe('failed'));
    const letters = await app.get(DeadLetters).list({ kind: 'send', limit: 50 });
    const letter = letters.find(({ payload }) => payload['dm_id'] === id);
    expect(letter).toMatchObject({ reason: 'person_unavailable', platform_account_id: accountId });

    app.sandbox.faults.clear();
    guest.sendText('Here I am', { webhook: false });
    const admin = await app.call({ userId: 'admin', role: 'admin' });
    await admin.post(`/admin/dead-letters/${letter?._id}/replay`).expect((answer) => {
      expect([200, 201, 202]).toContain(answer.status);
    });
    await eventually(async () => expect(await statusOf(id)).toBe('sent'));
    expect(accepted()).toEqual(['Are you there?']);
  });

  it.each(['window_closed', 'no_user', 'bad_parameter', 'no_permission'] as const)(
    '%s fails at once, after one call',
    async (error) => {
      app.sandbox.faults.add({ route: 'send', mode: 'error', error, recipient: to });
      const [id] = (await queue(['No'])) as [string];

      await sendNow();
      await after(hourMs);

      expect(await statusOf(id)).toBe('failed');
      expect(callsTo()).toBe(1);
    },
  );

  it('a temporary failure is tried four times in all', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'transient', recipient: to });
    const [id] = (await queue(['Again'])) as [string];
    await sendNow();

    await inTime(async () => expect(await find(id)).toMatchObject({ status: 'failed', error: { code: 2 } }));
    expect(callsTo()).toBe(4);
  });

  it('a refused connection is tried again: nothing can have been sent', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'transient', recipient: to, count: 1 });
    const [id] = (await queue(['Second try'])) as [string];
    await sendNow();
    await inTime(async () => expect(await statusOf(id)).toBe('sent'));
  });

  it('368 pauses the account’s sends and alerts once', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'policy_block', count: 1 });
    const [id] = (await queue(['Blocked'])) as [string];
    await sendNow();
    expect(await find(id)).toMatchObject({ status: 'queued', held_reason: 'sends_paused' });
    newGuest();
    const [other] = (await queue(['Waits too'])) as [string];
    await sendNow();
    expect(await find(other)).toMatchObject({ status: 'queued', held_reason: 'sends_paused', attempts: 0 });

    await app.get(AccountHealth).resumeSends(accountId);
    await after(hourMs + 1_000);
    await eventually(async () => expect(await statusOf(id)).toBe('sent'));
    await eventually(async () => expect(await statusOf(other)).toBe('sent'));
  });

  it('190 pauses the account until it is connected again, then everything goes out', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'error', error: 'token_expired', count: 1 });
    const [id] = (await queue(['Token'])) as [string];
    await sendNow();
    expect((await app.get(AccountDirectory).get(accountId))?.status).toBe('needs_reauth');
    const calls = callsTo();
    await after(61_000);
    expect(callsTo()).toBe(calls);
    expect(await find(id)).toMatchObject({ status: 'queued', held_reason: 'account' });

    await app.connect(undefined, { enabled: false });
    await inTime(async () => expect(await statusOf(id)).toBe('sent'));
  });
});

describe('the window', () => {
  it('is asked at the time of sending: a DM that waited past it is not sent', async () => {
    newGuest();
    guest.sendText('A question');
    await app.sandbox.idle();
    await eventually(async () =>
      expect((await app.get(ConversationsRepository).getById(conversationId))?.last_inbound_at).toBeDefined(),
    );
    const [id] = (await queue(['In time'])) as [string];
    clock.advance(24 * hourMs + 1_000);

    await sendNow();

    expect(await find(id)).toMatchObject({ status: 'failed', error: { kind: 'outside_window' } });
    expect(callsTo()).toBe(0);
    const answer = await (
      await app.call()
    )
      .post('/instagram-dms/send')
      .send({ recipient_id: to, message_text: 'Late', platform_account_id: accountId });
    expect(answer.status).toBe(403);
    expect(answer.body.error).toBe('24-hour messaging window expired. Wait for user to message first.');
  });

  it('is open one second before 24 hours, and for a person with HUMAN_AGENT for 7 days', async () => {
    newGuest();
    guest.sendText('A question');
    await app.sandbox.idle();
    await eventually(async () =>
      expect((await app.get(ConversationsRepository).getById(conversationId))?.last_inbound_at).toBeDefined(),
    );
    clock.advance(24 * hourMs - 1_000);
    const [id] = (await queue(['Just in time'])) as [string];
    await sendNow();
    expect(await statusOf(id)).toBe('sent');

    clock.advance(2 * hourMs);
    const account = app.sandbox.account;
    const tagged = await queue(['From a person'], {
      source: 'api',
      parts: [{ text: 'From a person', outbound: { tag: 'HUMAN_AGENT' } }],
    });
    const agents = await queue(['From the agent'], {
      parts: [{ text: 'From the agent', outbound: { tag: 'HUMAN_AGENT' } }],
    });
    await sendNow();
    expect(await find(agents[0] as string)).toMatchObject({ status: 'failed', error: { kind: 'outside_window' } });
    const [last] = app.sandbox.calls.filter((call) => JSON.stringify(call.body).includes('From a person'));
    expect(last?.body).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' });
    expect(account.igId).toBeDefined();
    expect(tagged).toHaveLength(1);
  });
});

describe('settling', () => {
  it('changes nothing when it is asked too early or twice', async () => {
    const [id] = (await queue(['Calm'])) as [string];
    await app.get(SendSettling).settle(id);
    expect(await statusOf(id)).toBe('queued');
    await sendNow();
    await Promise.all([app.get(SendSettling).settle(id), app.get(SendSettling).settle(id)]);
    expect(await statusOf(id)).toBe('sent');
  });
});
