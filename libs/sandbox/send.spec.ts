import { MovableClock } from '#libs/clock';
import { startSandbox } from './index.js';
import type { Sandbox } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';

const HOUR_MS = 3_600_000;

describe('sending through the Graph stand-in', () => {
  let sandbox: Sandbox;
  let graph: GraphCaller;
  const clock = new MovableClock(1_800_000_000_000);

  beforeEach(async () => {
    sandbox = await startSandbox({ appSecret: 'app-secret', clock });
    graph = new GraphCaller(sandbox);
  });

  afterEach(() => sandbox.stop());

  it('accepts a text and keeps it as the truth of what was sent', async () => {
    sandbox.customer.sendText('Are you open today?');

    const { status, body } = await graph.send(sandbox.customer.id, { text: 'Until six.' });

    expect(status).toBe(200);
    expect(body).toEqual({
      recipient_id: sandbox.customer.id,
      message_id: expect.stringMatching(/^aWdfZAG1faXRlbTox/),
    });
    expect(sandbox.sends).toMatchObject([
      { accountId: sandbox.account.igId, recipientId: sandbox.customer.id, text: 'Until six.', mid: body.message_id },
    ]);
  });

  it('lets a business answer until 24 hours after the last message, and not a moment longer', async () => {
    sandbox.customer.sendText('Hello');
    clock.advance(24 * HOUR_MS - 1);
    expect((await graph.send(sandbox.customer.id, { text: 'just in time' })).status).toBe(200);

    clock.advance(1);

    const { status, body } = await graph.send(sandbox.customer.id, { text: 'too late' });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 10, error_subcode: 2534022 });
  });

  it('lets a person answer for 7 days with the HUMAN_AGENT tag, where the app may', async () => {
    sandbox.customer.sendText('Hello');
    const human = { messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' };
    clock.advance(7 * 24 * HOUR_MS - 1);
    expect((await graph.send(sandbox.customer.id, { text: 'sorry for the wait' }, human)).status).toBe(200);

    sandbox.account.account.humanAgentAllowed = false;
    const refused = await graph.send(sandbox.customer.id, { text: 'again' }, human);
    expect(refused.body.error).toMatchObject({ code: 10 });

    sandbox.account.account.humanAgentAllowed = true;
    clock.advance(1);
    const late = await graph.send(sandbox.customer.id, { text: 'a week later' }, human);
    expect(late.body.error).toMatchObject({ code: 10, error_subcode: 2534022 });
  });

  it('opens the window for a button and a reaction, but not for reading', async () => {
    sandbox.customer.tapIceBreaker({ title: 'Opening hours?', payload: 'HOURS' });
    const sent = await graph.send(sandbox.customer.id, { text: 'Ten to six.' });
    clock.advance(25 * HOUR_MS);
    sandbox.customer.markRead();
    expect((await graph.send(sandbox.customer.id, { text: 'still there?' })).status).toBe(400);

    sandbox.customer.react(sent.body.message_id as string);

    expect((await graph.send(sandbox.customer.id, { text: 'glad you like it' })).status).toBe(200);
  });

  it('counts the bytes of a text, not its characters', async () => {
    sandbox.customer.sendText('Hello');
    const say = async (text: string) => (await graph.send(sandbox.customer.id, { text })).status;

    expect(await say('a'.repeat(1000))).toBe(200);
    expect(await say('a'.repeat(1001))).toBe(400);
    expect(await say('ж'.repeat(500))).toBe(200);
    expect(await say('ж'.repeat(501))).toBe(400);
    expect(await say('🚀'.repeat(251))).toBe(400);
  });

  it.each([
    ['14 quick replies', { text: 'x', quick_replies: quickReplies(14) }],
    ['a title of 21 characters', { text: 'x', quick_replies: [{ ...quickReplies(1)[0], title: 'a'.repeat(21) }] }],
    ['a payload of 1001', { text: 'x', quick_replies: [{ ...quickReplies(1)[0], payload: 'a'.repeat(1001) }] }],
    ['text and media at once', { text: 'x', attachment: { type: 'image', payload: { url: 'https://a.b/c.png' } } }],
    ['media without an address', { attachment: { type: 'image', payload: {} } }],
    ['an empty text', { text: '' }],
    ['nothing', {}],
  ])('refuses %s', async (_what, message) => {
    sandbox.customer.sendText('Hello');

    expect((await graph.send(sandbox.customer.id, message)).body.error).toMatchObject({ code: 100 });
    expect(sandbox.sends).toHaveLength(0);
  });

  it('knows no scoped id of another account', async () => {
    const [, other] = sandbox.accounts;
    const elsewhere = sandbox.customer.idFor(other);

    for (const id of [elsewhere, '1234567890']) {
      const { body } = await graph.send(id, { text: 'hello' });
      expect(body.error).toMatchObject({ code: 100, error_subcode: 2534014 });
    }
  });

  it('says 551 of a person who is gone', async () => {
    sandbox.customer.sendText('Bye');
    sandbox.customer.person.available = false;

    expect((await graph.send(sandbox.customer.id, { text: 'Wait!' })).body.error).toMatchObject({ code: 551 });
  });

  it('answers a comment privately once, within 7 days, though its writer never wrote a message', async () => {
    const { commentId } = sandbox.customer.comment('Price?');
    const old = sandbox.customer.comment('And this one?').commentId;
    const reply = (id: string) =>
      graph.post(`/${sandbox.account.igId}/messages`, { recipient: { comment_id: id }, message: { text: '24 €' } });

    expect((await reply(commentId)).body.recipient_id).toBe(sandbox.customer.id);
    expect((await reply(commentId)).body.error).toMatchObject({ code: 10900 });
    clock.advance(7 * 24 * HOUR_MS);
    expect((await reply(old)).body.error).toMatchObject({ code: 10903 });
  });

  it('shows typing and seen without counting them as messages', async () => {
    sandbox.customer.sendText('Hello');
    const seen: unknown[] = [];
    sandbox.watch((event) => void (event.kind !== 'call' && seen.push(event.kind)));

    for (const sender_action of ['mark_seen', 'typing_on', 'typing_off']) {
      const { body } = await graph.post('/me/messages', { recipient: { id: sandbox.customer.id }, sender_action });
      expect(body).toEqual({ recipient_id: sandbox.customer.id });
    }

    expect(seen).toEqual(['seen', 'typing', 'typing']);
    expect(sandbox.sends).toHaveLength(0);
  });

  it('writes usage headers, refuses a used-up account and lets it go on when the wait is over', async () => {
    sandbox.customer.sendText('Hello');
    sandbox.account.setUsage(85);
    const near = await graph.send(sandbox.customer.id, { text: 'one' });
    expect(JSON.parse(near.headers.get('x-business-use-case-usage') as string)).toEqual({
      [sandbox.account.igId]: [expect.objectContaining({ call_count: 85, estimated_time_to_regain_access: 0 })],
    });

    sandbox.account.setUsage(100, 17);
    const over = await graph.send(sandbox.customer.id, { text: 'two' });
    expect(over.body.error).toMatchObject({ code: 80002 });
    expect(over.headers.get('x-business-use-case-usage')).toContain('"estimated_time_to_regain_access":17');

    clock.advance(17 * 60_000);
    expect((await graph.send(sandbox.customer.id, { text: 'three' })).status).toBe(200);
  });
});

function quickReplies(count: number) {
  return Array.from({ length: count }, (_, at) => ({ content_type: 'text', title: `Choice ${at}`, payload: `C${at}` }));
}
