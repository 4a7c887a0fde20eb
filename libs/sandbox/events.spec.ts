import { startSandbox } from './index.js';
import type { Happened, Sandbox } from './index.js';

/** What Meta's webhooks look like for all that a person can do; shapes as in Meta's documentation. */
describe('what a customer does', () => {
  let sandbox: Sandbox;

  beforeEach(async () => {
    sandbox = await startSandbox({ appSecret: 'app-secret' });
  });

  afterEach(() => sandbox.stop());

  const eventOf = ({ deliveries }: Happened) => {
    const { entry } = JSON.parse(deliveries[0]?.body ?? '{}');
    expect(entry).toHaveLength(1);
    expect(entry[0].id).toBe(sandbox.account.igId);
    return entry[0].messaging?.[0] ?? entry[0].changes?.[0];
  };
  const offer = () => {
    const { account, person } = { account: sandbox.account.account, person: sandbox.customer.person };
    const conversation = sandbox.context.world.conversation(account, person);
    const quickReplies = [{ content_type: 'text', title: 'Yes', payload: 'GIFT_YES' }];
    const text = 'Shall we wrap it?';
    return sandbox.context.world.addMessage(conversation, { from: 'business', via: 'api', text, quickReplies });
  };

  it.each<[string, (sandbox: Sandbox) => Happened, unknown]>([
    ['a text', ({ customer }) => customer.sendText('hi'), { mid: expect.any(String), text: 'hi' }],
    ['a heart', ({ customer }) => customer.sendLike(), { attachments: [{ type: 'like_heart' }] }],
    ['a vanishing picture', ({ customer }) => customer.sendEphemeral(), { attachments: [{ type: 'ephemeral' }] }],
    ['something unsupported', ({ customer }) => customer.sendUnsupported(), { is_unsupported: true }],
    [
      'a picture',
      ({ customer }) => customer.sendPicture(),
      { attachments: [{ type: 'image', payload: { url: expect.stringContaining('/media/') } }] },
    ],
    ['a voice message', ({ customer }) => customer.sendAudio(), { attachments: [{ type: 'audio' }] }],
    ['a story mention', ({ customer }) => customer.mentionInStory(), { attachments: [{ type: 'story_mention' }] }],
    [
      'a reply to a story',
      ({ customer }) => customer.replyToStory('wow'),
      { text: 'wow', reply_to: { story: { id: expect.any(String) } } },
    ],
    [
      'a text from an ad',
      ({ customer }) => customer.sendText('hi', { referral: { source: 'ADS' } }),
      { referral: { source: 'ADS' } },
    ],
  ])('%s comes as a message', (_what, does, message) => {
    const event = eventOf(does(sandbox));

    expect(event).toMatchObject({
      sender: { id: sandbox.customer.id },
      recipient: { id: sandbox.account.igId },
      timestamp: expect.any(Number),
      message,
    });
    expect(event.message).not.toHaveProperty('is_echo');
  });

  it('shares a post once, told twice under the same media id', () => {
    const { message } = eventOf(sandbox.customer.sharePost('18139494541428835'));

    expect(message.attachments.map((one: { type: string }) => one.type)).toEqual(['share', 'ig_post']);
    expect(new Set(message.attachments.map((one: { payload: { url: string } }) => one.payload.url)).size).toBe(1);
  });

  it('taps a quick reply, a button and an ice breaker, which alone has no mid', () => {
    offer();

    expect(eventOf(sandbox.customer.tapQuickReply('Yes')).message).toMatchObject({
      text: 'Yes',
      quick_reply: { payload: 'GIFT_YES' },
    });
    const button = sandbox.customer.tapButton({ title: 'Track', payload: 'TRACK' });
    expect(eventOf(button).postback).toEqual({ mid: button.mid, title: 'Track', payload: 'TRACK' });
    const breaker = sandbox.customer.tapIceBreaker({ title: 'Hours?', payload: 'HOURS' });
    expect(eventOf(breaker).postback).toEqual({ title: 'Hours?', payload: 'HOURS' });
    expect(breaker.mid).toBeNull();
  });

  it('replies to, reacts to, edits and takes back a message by its mid', () => {
    const { mids } = offer();
    const mid = mids.instagram;

    expect(eventOf(sandbox.customer.sendText('yes!', { replyTo: mid })).message.reply_to).toEqual({ mid });
    expect(eventOf(sandbox.customer.react(mid)).reaction).toEqual({
      mid,
      action: 'react',
      reaction: 'love',
      emoji: '❤️',
    });
    expect(eventOf(sandbox.customer.unreact(mid)).reaction).toEqual({ mid, action: 'unreact' });
    const own = sandbox.customer.sendText('I want 2').mid as string;
    expect(eventOf(sandbox.customer.edit(own, 'I want 3')).message_edit).toEqual({
      mid: own,
      text: 'I want 3',
      num_edit: 1,
    });
    expect(eventOf(sandbox.customer.unsend(own)).message).toEqual({ mid: own, is_deleted: true });
  });

  it('reads what the business wrote, once', () => {
    const { mids } = offer();
    const read = sandbox.customer.markRead();

    expect(read && eventOf(read).read).toEqual({ mid: mids.instagram });
    expect(sandbox.customer.markRead()).toBeNull();
  });

  it('comments, follows a link and opts in', () => {
    const comment = sandbox.customer.comment('Price?');
    expect(eventOf(comment)).toMatchObject({
      field: 'comments',
      value: { id: comment.commentId, text: 'Price?', from: { username: 'mara.lindqvist' } },
    });
    expect(eventOf(sandbox.customer.followLink({ ref: 'spring', source: 'SHORTLINK' })).referral).toEqual({
      type: 'OPEN_THREAD',
      ref: 'spring',
      source: 'SHORTLINK',
    });
    expect(eventOf(sandbox.customer.optIn('NEWS')).optin).toMatchObject({ payload: 'NEWS' });
  });

  it('sees its owner answer, hand over, write to itself and take back in the app', () => {
    const { account, customer } = sandbox;
    const said = account.replyFromInstagramApp(customer, 'me again');
    expect(eventOf(said)).toMatchObject({
      sender: { id: account.igId },
      recipient: { id: customer.id },
      message: { is_echo: true, text: 'me again' },
    });
    expect(eventOf(account.unsendFromInstagramApp(customer, said.mid as string)).message).toMatchObject({
      is_deleted: true,
      is_echo: true,
    });
    expect(eventOf(account.passThreadControl(customer))).toHaveProperty('pass_thread_control');
    expect(eventOf(account.messageSelf('note')).message).toMatchObject({ is_echo: true, is_self: true });
  });

  it('happens without a webhook when that is lost', () => {
    const { mid, deliveries } = sandbox.customer.sendText('Did you get this?', { webhook: false });

    expect(deliveries).toHaveLength(0);
    expect(sandbox.customer.messages().map(({ mids }) => mids.instagram)).toEqual([mid]);
  });

  it('can all be done over HTTP, and the page is there to do it by hand', async () => {
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${sandbox.url}/sandbox/${path}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: await answer.json() };
    };
    await post('customers', { username: 'new.person', name: 'New Person' });
    const sent = await post('customers/new.person/send-text', { text: 'hi', account: sandbox.accounts[1]?.igId });
    const raw = await post('deliver', { payload: { object: 'instagram', entry: [] } });

    expect(sent).toMatchObject({ status: 200, body: { mid: expect.stringMatching(/^aWdf/) } });
    expect(sandbox.getCustomer('new.person').messages(sandbox.accounts[1])).toHaveLength(1);
    expect(raw.body).toMatchObject({ body: '{"object":"instagram","entry":[]}', state: 'skipped' });
    expect((await post('customers/new.person/fly', {})).status).toBe(400);
    for (const path of [
      '/',
      '/phone.js',
      '/chat.css',
      '/media/candle.png',
      '/media/voice.wav',
      '/avatars/hana.k.svg',
    ]) {
      expect((await fetch(`${sandbox.url}${path}`)).status).toBe(200);
    }
  });
});
