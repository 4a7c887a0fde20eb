import { webhookFixture, webhookFixtures } from '../../../test/fixtures/webhook-fixtures.js';
import { decodeDelivery } from './decode-delivery.js';
import { EVENT_REGISTRY } from './event-registry.js';
import { summarizeDelivery } from './summarize-delivery.js';
import type { WebhookEvent } from './webhook-event.js';

const account = '17841400008460056';
const customer = '1234567890123456';
const mid = 'aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAwMDA4NDYwMDU2OmZha2U6MDAwMQZDZD';
const cdn = 'https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=';

const message = (more: object = {}) => ({ kind: 'message', mid, isEcho: false, ...more });
const attached = (...attachments: object[]) => message({ attachments });
const echo = { isEcho: true, senderId: account, recipientId: customer, accountIds: [account] };
const summer = { ref: 'promo_summer_2024', type: 'OPEN_THREAD' };

/** Each fixture, and the events it holds: what is named here must be there, more may be. */
const table: Record<string, object[]> = {
  'all-flags': [{ kind: 'unsend', mid, isEcho: true, accountIds: [account, customer] }],
  'array-top': [message({ text: 'hi', accountIds: [account] })],
  'attachment-animated-image': [attached({ type: 'animated_image', url: `${cdn}5&signature=x` })],
  'attachment-audio': [attached({ type: 'audio', url: `${cdn}2&signature=x` })],
  'attachment-ephemeral': [attached({ type: 'ephemeral' })],
  'attachment-fallback': [
    attached({ type: 'fallback', title: 'Example Article Title', url: 'https://example.com/article' }),
  ],
  'attachment-file': [attached({ type: 'file', url: 'https://cdn.example.com/document.pdf' })],
  'attachment-ig-reel': [attached({ type: 'ig_reel', mediaId: '18000000000000012', title: 'New drop' })],
  'attachment-ig-story': [attached({ type: 'ig_story', url: `${cdn}78`, storyId: '17900000000000078' })],
  'attachment-image': [attached({ type: 'image', url: `${cdn}3&signature=x` })],
  'attachment-like-heart': [attached({ type: 'like_heart' })],
  'attachment-multi': [attached({ type: 'image' }, { type: 'image' }, { type: 'video' })],
  'attachment-object': [attached({ type: 'image', url: 'https://cdn.example.com/1.jpg' })],
  'attachment-relative-url': [attached({ type: 'share', url: 'https://www.instagram.com/p/Cabc123/' })],
  'attachment-post': [
    attached({ type: 'post', title: 'New in the shop', url: 'https://www.facebook.com/example/posts/1' }),
  ],
  'attachment-sticker-transition': [attached({ type: 'sticker', mediaId: '369239263222822' })],
  'attachment-template-echo': [{ ...message(), ...echo, attachments: [{ type: 'template', title: 'Blue shirt' }] }],
  'attachment-unknown': [attached({ type: 'hologram', kind: 'unsupported', url: 'https://cdn.example.com/h' })],
  'attachment-video': [attached({ type: 'video', url: `${cdn}1&signature=x` })],
  'bad-neighbours': [
    { kind: 'unknown', reason: 'unknown_container', field: 'entry' },
    { kind: 'unknown', reason: 'not_an_object' },
    { kind: 'unknown', reason: 'not_an_object' },
    { kind: 'unknown', reason: 'bad_payload', field: 'message' },
    message({ text: 'still here' }),
    { kind: 'unknown', reason: 'not_an_object', field: 'comments' },
    { kind: 'unknown', reason: 'unknown_container', field: 'future', mid: 'HIDDEN' },
  ],
  'comment-fb-ad': [
    {
      kind: 'comment',
      commentId: '17900000000000002',
      parentId: '17900000000000001',
      media: { id: '17910000000000001', productType: 'AD', adId: '120000000001', adTitle: 'Sale' },
    },
  ],
  'comment-flat': [
    { kind: 'comment', commentId: '17900000000000001', text: 'price?', username: 'jane', isSelf: false },
  ],
  'comment-live': [{ kind: 'comment', commentId: '17900000000000005', isLive: true, accountIds: [account] }],
  'comment-value-list': [
    { kind: 'comment', commentId: '17900000000000006', index: 0 },
    { kind: 'comment', commentId: '17900000000000007', index: 1 },
  ],
  'deleted-false': [message({ text: 'Hello World', replyTo: { mid: 'PARENT' } })],
  echo: [{ ...message(), ...echo, appId: '1517776481860111', unknownFields: [] }],
  'echo-string-flag': [{ ...message(), ...echo }],
  'edit-changes': [{ kind: 'edit', mid, text: 'I want 4', numEdit: 2 }],
  'edit-zero': [{ kind: 'edit', mid, numEdit: 0, accountIds: [account] }],
  'empty-entry': [],
  'entry-object': [message({ text: 'hi' })],
  'handover-pass': [
    { kind: 'handover', type: 'pass_thread_control', newOwnerAppId: '123456789', metadata: 'Escalated to human agent' },
  ],
  'handover-request': [{ kind: 'handover', type: 'request_thread_control', requestedOwnerAppId: '123456789' }],
  'handover-take': [{ kind: 'handover', type: 'take_thread_control', previousOwnerAppId: '987654321' }],
  'ig-post-dual-attachments': [attached({ type: 'ig_post', mediaId: '18139494541428835', title: 'Post Caption...' })],
  'iso-time': [message({ timestamp: Date.UTC(2021, 8, 8, 6, 34, 4) })],
  'mention-comment': [{ kind: 'mention', commentId: '17894227972186120', mediaId: '17918195224117851' }],
  'mention-media': [{ kind: 'mention', mediaId: '17918195224117851', timestamp: 1520622968000 }],
  'message-ads-referral': [
    message({
      referral: { ...summer, source: 'ADS', adId: '23843694560100001', adsContext: { adTitle: 'Summer Sale' } },
    }),
  ],
  'message-changes': [message({ text: 'hi' })],
  'message-direct': [message({ text: 'hi' })],
  'message-edit': [{ kind: 'edit', mid, text: 'I want 3, not 2', numEdit: 1 }],
  'message-edit-int': [{ kind: 'edit', mid, text: 'I want 4', numEdit: 2 }],
  'message-flat': [message({ text: 'hi' })],
  'message-product-referral': [message({ text: 'Is this in stock?', referral: { productId: '1234567890' } })],
  'messaging-object': [message({ text: 'hi' })],
  'numeric-ids': [
    message({ senderId: '9007199254740993', accountIds: ['17841400008460057'], entryId: '17841400008460057' }),
  ],
  optin: [{ kind: 'optin', token: 'ABCDEFGHIJ1234567890', frequency: 'WEEKLY', tokenExpiresAt: 1735689600000 }],
  postback: [{ kind: 'postback', mid, key: mid, title: 'Track My Order', payload: 'POSTBACK_TRACK_ORDER' }],
  'postback-changes': [{ kind: 'postback', mid, payload: 'TRACK' }],
  'postback-flat': [{ kind: 'postback', mid, payload: 'TRACK' }],
  'postback-no-mid': [{ kind: 'postback', key: expect.stringMatching(/^postback:[0-9a-f]{64}$/), payload: 'HOURS' }],
  'postback-referral': [{ kind: 'postback', mid, referral: { ref: 'campaign_abc', source: 'SHORTLINK' } }],
  'quick-reply': [message({ text: 'Yes', quickReply: { payload: 'QUICK_REPLY_YES' } })],
  reaction: [{ kind: 'reaction', mid, action: 'react', reaction: 'love', emoji: '❤️' }],
  'reaction-changes': [{ kind: 'reaction', mid, action: 'react', emoji: '❤' }],
  'reaction-changes-bare': [{ kind: 'reaction', mid, action: 'react', reaction: 'love', unknownFields: [] }],
  'reaction-other': [{ kind: 'reaction', mid, action: 'react', reaction: 'other', emoji: '🧑🏽‍🚀' }],
  'reaction-removed': [{ kind: 'reaction', mid, action: 'unreact' }],
  read: [{ kind: 'read', mid, senderId: customer }],
  'read-changes': [{ kind: 'read', mid, timestamp: 1527459824000 }],
  'read-watermark': [{ kind: 'read', watermark: 1569262485000 }],
  'referral-ads-existing-thread': [
    { kind: 'referral', referral: { ref: 'campaign_123', source: 'ADS', adsContext: { postId: '17858893269000001' } } },
  ],
  'referral-igme': [{ kind: 'referral', referral: { ...summer, source: 'SHORTLINK' } }],
  'reply-to-own': [message({ replyTo: { mid: 'PARENT' } })],
  'self-comment': [{ kind: 'comment', commentId: '17900000000000003', isSelf: true }],
  'self-echo': [message({ isEcho: true, isSelf: true, accountIds: [account, '45202218377435'] })],
  'self-postback': [{ kind: 'postback', mid, isSelf: true, accountIds: [account, '45202218377435'] }],
  'standby-changes': [message({ standby: true })],
  'standby-message': [message({ standby: true })],
  'standby-postback': [{ kind: 'postback', mid, title: 'Track My Order', standby: true }],
  'story-mention': [attached({ type: 'story_mention', url: `${cdn}9&signature=x` })],
  'story-reply': [message({ text: 'Love it!', replyTo: { story: { id: '17900000000000077' } } })],
  'test-button': [{ kind: 'message', mid: 'random_mid', isTest: true }],
  'test-button-bare': [{ kind: 'message', mid: 'random_mid', isTest: true }],
  'test-button-event-data': [{ kind: 'message', mid: 'vcvacopiufqwehfawdnb', isTest: true, timestamp: 1527459824000 }],
  text: [message({ text: 'Hello World', senderId: customer, recipientId: account, timestamp: 1569262485349 })],
  'unknown-field': [{ kind: 'unknown', reason: 'unknown_field', field: 'story_insights' }],
  'unknown-kind': [{ kind: 'unknown', reason: 'unknown_kind', field: 'delivery', mid, mids: [mid] }],
  unsend: [{ kind: 'unsend', mid, isEcho: false }],
  'unsend-echo': [{ kind: 'unsend', mid, ...echo }],
  'unsend-string': [{ kind: 'unsend', mid, isEcho: false }],
  unsupported: [message({ isUnsupported: true, attachments: [] })],
};

function eventsOf(body: unknown): WebhookEvent[] {
  return decodeDelivery(body).entries.flatMap(({ events }) => events);
}

describe('decoding a delivery', () => {
  it.each(webhookFixtures())('understands $name ($kind)', ({ name, payload }) => {
    const events = eventsOf(payload);

    expect(events).toMatchObject(table[name]!);
    expect(events.map(({ index }) => index)).toEqual(events.map((_, at) => at));
    expect(summarizeDelivery(payload).events).toBe(events.length);
  });

  it('has a fixture for every kind in the registry', () => {
    const seen = new Set(webhookFixtures().flatMap(({ payload }) => eventsOf(payload).map(({ kind }) => kind)));

    expect([...new Set(EVENT_REGISTRY.map(({ kind }) => kind))].filter((kind) => !seen.has(kind))).toEqual([]);
  });

  it('leaves nothing of a known message unexplained, and names what it does not know', () => {
    const event = { message: { mid: 'm', text: 'x', mood: 'good' }, weather: {} };
    const [decoded] = eventsOf({ object: 'instagram', entry: [{ id: account, messaging: [event] }] });

    expect(decoded).toMatchObject({ kind: 'message', unknownFields: ['message.mood', 'weather'], raw: event });
    expect(eventsOf(webhookFixture('text').payload)).toMatchObject([{ unknownFields: [] }]);
  });

  it('keeps both when one element holds two payloads, so that neither mid is lost', () => {
    const event = { message: { mid: 'm1', text: 'x' }, reaction: { mid: 'm2', emoji: '❤' }, referral: { ref: 'r' } };

    expect(eventsOf({ entry: [{ id: account, messaging: [event] }] })).toMatchObject([
      { kind: 'message', mid: 'm1', referral: { ref: 'r' }, index: 0 },
      { kind: 'reaction', mid: 'm2', index: 1 },
    ]);
  });

  it('takes the time of an event from its entry, then from the arrival, where it has none', () => {
    const messaging = [{ message: { mid: 'm' } }];

    expect(eventsOf({ entry: [{ time: 1520622968, messaging }] })).toMatchObject([{ timestamp: 1520622968000 }]);
    const late = decodeDelivery({ entry: [{ messaging }] }, { receivedAt: 1700000000000 });
    expect(late.entries[0]!.events[0]).toMatchObject({ timestamp: 1700000000000 });
  });

  it('takes no time for true that is long after the arrival, and builds the same key from it as before', () => {
    const receivedAt = 1700000000000;
    const dayMs = 86_400_000;
    const at = (timestamp: number, arrived = receivedAt) => {
      const messaging = [
        { sender: { id: customer }, recipient: { id: account }, timestamp, postback: { payload: 'P' } },
      ];
      return decodeDelivery({ entry: [{ id: account, messaging }] }, { receivedAt: arrived }).entries[0]!.events[0]!;
    };

    expect(at(receivedAt + 2 * dayMs)).toMatchObject({ timestamp: receivedAt });
    expect(at(receivedAt + dayMs)).toMatchObject({ timestamp: receivedAt + dayMs });
    const again = at(receivedAt + 9 * dayMs, receivedAt + 1_000);
    expect(again).toMatchObject({ key: (at(receivedAt + 9 * dayMs) as { key: string }).key });
  });

  it('gives a postback without a mid the same key on every redelivery and another key for another press', () => {
    const press = (timestamp: number, payload = 'HOURS') => ({
      object: 'instagram',
      entry: [
        {
          id: account,
          messaging: [{ sender: { id: customer }, recipient: { id: account }, timestamp, postback: { payload } }],
        },
      ],
    });
    const keyOf = (body: unknown) => (eventsOf(body)[0] as { key: string }).key;

    expect(keyOf(press(1569262485349))).toBe(keyOf(press(1569262485349)));
    expect(keyOf(press(1569262485349))).not.toBe(keyOf(press(1569262485350)));
    expect(keyOf(press(1569262485349))).not.toBe(keyOf(press(1569262485349, 'PRICES')));
  });

  it.each([
    ['an object', { object: 'instagram', entry: [] }, 'object', 'instagram'],
    ['a page', { object: 'page', entry: [] }, 'object', 'page'],
    ['an array', [{ object: 'instagram', entry: [] }], 'array', 'instagram'],
    ['a number', { object: 5, entry: [] }, 'object', 'a number'],
    ['no name', { object: null, entry: [] }, 'object', undefined],
    ['a word', 'hello', 'invalid', undefined],
    ['nothing', null, 'invalid', undefined],
  ])('tells the shape of %s', (_, body, shape, object) => {
    expect(decodeDelivery(body)).toEqual({ object, entries: [], shape });
  });
});

describe('a payload in a list', () => {
  const decoded = (event: object) =>
    decodeDelivery({ object: 'instagram', entry: [{ id: account, time: 1, messaging: [event] }] }).entries[0]?.events;
  const parties = { sender: { id: customer }, recipient: { id: account } };

  it.each([
    ['an array', (payload: object) => [payload]],
    ['the Graph API’s form of one', (payload: object) => ({ data: [payload] })],
  ])('is read as the payload itself: %s', (_form, listed) => {
    expect(decoded({ ...parties, message: listed({ mid, text: 'hi' }) })).toMatchObject([message({ text: 'hi' })]);
    expect(decoded({ ...parties, reaction: listed({ mid, action: 'react', emoji: '❤' }) })).toMatchObject([
      { kind: 'reaction', mid, action: 'react', emoji: '❤' },
    ]);
    const ours = { sender: { id: account }, recipient: { id: customer } };
    expect(decoded({ ...ours, message: listed({ mid, text: 'hi', is_echo: true }) })).toMatchObject([
      { kind: 'message', ...echo },
    ]);
  });

  it('is several events where the list holds several', () => {
    const both = [
      { mid, text: 'hi' },
      { mid: 'another', text: 'ho' },
    ];
    expect(decoded({ ...parties, message: both })).toMatchObject([{ mid }, { mid: 'another', text: 'ho' }]);
  });
});

describe('an edit', () => {
  const edit = (more: object) =>
    decodeDelivery({
      object: 'instagram',
      entry: [{ id: account, time: 1, messaging: [{ message_edit: { mid, num_edit: 1, ...more } }] }],
    }).entries[0]?.events[0];

  it('tells an empty text from one that Meta left out', () => {
    expect(edit({ text: '' })).toMatchObject({ kind: 'edit', text: '' });
    expect(edit({})).not.toHaveProperty('text');
    expect(edit({ text: null })).not.toHaveProperty('text');
  });
});
