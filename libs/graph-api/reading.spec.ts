import { graphAnswer } from '../../test/fixtures/graph-fixtures.js';
import { GraphServer } from '../../test/support/graph-server.js';
import { GraphClient, type GraphAccess } from './index.js';

const access: GraphAccess = { login: 'instagram', igId: '17841400008460056', accessToken: 'IGAA-token' };
const pageAccess: GraphAccess = { ...access, login: 'facebook', accessToken: 'EAA-token' };

let server: GraphServer;
let client: GraphClient;

beforeAll(async () => {
  server = await GraphServer.start();
  client = new GraphClient({ instagramUrl: `${server.url}/ig`, facebookUrl: `${server.url}/fb`, timeoutMs: 2_000 });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const json = (body: unknown) => ({ body: JSON.stringify(body) });

describe('profiles', () => {
  it('are read with the follower fields of Instagram’s own host', async () => {
    server.behave('profile');

    const profile = await client.getUserProfile(access, '819898670256713');

    expect(server.last).toMatchObject({ method: 'GET', path: '/ig/v24.0/819898670256713' });
    expect(server.last.query.fields).toContain('follower_count');
    expect(profile).toEqual({
      id: '819898670256713',
      name: 'Stories Store',
      username: 'stories.in.store',
      profilePic: expect.stringMatching(/^https:/),
      ...{ isVerified: false, followerCount: 1, followsBusiness: false, followedByBusiness: false },
    });
  });

  it('may lack a name and a picture', async () => {
    server.behave('profile-nulls');

    const profile = await client.getUserProfile(pageAccess, '1234567890123456');

    expect(server.last.query.fields).toBe('name,username,profile_pic');
    expect(profile).toEqual({ id: '1234567890123456', username: 'jane' });
  });

  it('keep an id that would lead elsewhere a part of the path', async () => {
    server.behave('profile');

    await client.getUserProfile(access, '../me/accounts?fields=access_token#');

    expect(server.last.path).toBe('/ig/v24.0/..%2Fme%2Faccounts%3Ffields%3Daccess_token%23');
  });

  it.each(['', '.', '..'])('are not asked for with %j, which would be another path', async (id) => {
    server.behave('profile');

    await expect(client.getUserProfile(access, id)).rejects.toMatchObject({ reason: 'invalid', delivered: 'no' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('whose token it is', () => {
  it('is read flat and out of a list', async () => {
    server.behave('me-flat', 'me-data-wrapper');

    expect(await client.getMe(access)).toEqual({
      ...{ id: '28015783988105112', userId: '17841400503107410' },
      ...{ username: 'aalisonaraujo', accountType: 'MEDIA_CREATOR' },
    });
    expect(server.last).toMatchObject({ path: '/ig/v24.0/me' });
    expect(await client.getMe(access)).toEqual({
      ...{ id: '28015783988105112', userId: '17841400008460056' },
      ...{ username: 'shop', name: 'Shop', accountType: 'BUSINESS' },
    });
  });

  it.each([[{}], [{ data: [] }], [{ username: 'shop' }], [[]]])('is not guessed from %j', async (body) => {
    server.behave(json(body));

    await expect(client.getMe(access)).rejects.toMatchObject({ name: 'GraphCallError', reason: 'unreadable' });
  });

  it('leads to all Pages of a person, with their Instagram accounts', async () => {
    const first = {
      data: [{ id: '1', name: 'Page 1', access_token: 'EAA1', tasks: ['MESSAGING'], instagram_business_account: 'IG' }],
      paging: { cursors: { after: 'A' }, next: 'https://elsewhere.example.com/?after=A&access_token=x' },
    };
    const account = '{"id":17841400008460057,"username":"shop"}';
    server.behave(
      { body: JSON.stringify(first).replace('"IG"', account) },
      json({ data: [{ id: '2', name: 'Page 2', access_token: 'EAA2' }], paging: { cursors: { after: 'B' } } }),
    );

    const pages = await client.getPages(pageAccess);

    expect(pages).toEqual([
      {
        ...{ id: '1', name: 'Page 1', accessToken: 'EAA1', tasks: ['MESSAGING'] },
        instagram: { id: '17841400008460057', username: 'shop' },
      },
      { id: '2', name: 'Page 2', accessToken: 'EAA2', tasks: [] },
    ]);
    expect(server.requests.map(({ path, query }) => [path, query.after])).toEqual([
      ['/fb/v24.0/me/accounts', undefined],
      ['/fb/v24.0/me/accounts', 'A'],
    ]);
  });

  it('leads to the Page of a Page’s token', async () => {
    server.behave(json({ id: '1', name: 'Page', instagram_business_account: { id: '178' } }));

    expect(await client.getOwnPage(pageAccess)).toEqual({ id: '1', name: 'Page', tasks: [], instagram: { id: '178' } });
  });
});

describe('conversations', () => {
  it('are read page by page, and end where Meta gives no next page though it gives a cursor', async () => {
    server.behave('conversations-page', 'conversations-last-page');

    const ids: string[] = [];
    for await (const { id } of client.eachConversation(access, { limit: 2 })) ids.push(id);

    expect(ids).toEqual(['converasationID1', 'converasationID2', 'c3']);
    expect(server.requests.map(({ path }) => path)).toEqual(Array(2).fill('/ig/v24.0/17841400008460056/conversations'));
    expect(server.requests.map(({ query }) => query)).toEqual([
      { platform: 'instagram', fields: 'id,updated_time,participants', limit: '2' },
      { platform: 'instagram', fields: 'id,updated_time,participants', limit: '2', after: 'afterCursorInformation' },
    ]);
  });

  it('say of a page whether there is another', async () => {
    server.behave('conversations-page', 'conversations-last-page');

    expect(await client.getConversations(access)).toMatchObject({ after: 'afterCursorInformation' });
    expect(await client.getConversations(access)).toEqual({
      items: [{ id: 'c3', updatedAt: Date.parse('2024-10-02T04:21:49Z'), participants: [] }],
    });
  });

  it('are not walked in circles when a cursor comes back', async () => {
    server.behave('conversations-page');

    const ids: string[] = [];
    for await (const { id } of client.eachConversation(access)) ids.push(id);

    expect(ids).toHaveLength(4);
  });

  it('are not read further than they are asked for', async () => {
    server.behave('conversations-page');

    for await (const { id } of client.eachConversation(access)) if (id) break;

    expect(server.requests).toHaveLength(1);
  });

  it('go on with the cursor inside the link when it stands nowhere else', async () => {
    server.behave(json({ data: [{ id: '1' }], paging: { next: 'https://graph.example.com/x?after=Q%3D&limit=1' } }));

    expect((await client.getConversations(access)).after).toBe('Q=');
  });

  it('are found by a person', async () => {
    const participants = { data: [{ id: '17841400008460056' }, { id: '42', username: 'jane' }] };
    server.behave(json({ data: [{ id: 'c1', participants }] }), json({ data: [] }), json({ data: [{ id: 'c2' }] }), {
      ...json({ data: [{ id: 'c3', participants }] }),
    });

    expect(await client.findConversation(access, '42')).toMatchObject({ id: 'c1' });
    expect(server.last.query).toMatchObject({ user_id: '42' });
    expect(await client.findConversation(access, '42')).toBeUndefined();
    expect(await client.findConversation(access, '42')).toMatchObject({ id: 'c2' });
    expect(await client.findConversation(access, '43')).toBeUndefined();
  });
});

describe('messages', () => {
  it('are read as a field of their conversation and as a list of their own', async () => {
    const { messages } = JSON.parse(graphAnswer('messages-page').body) as { messages: object };
    server.behave('messages-page', json(messages));

    const first = await client.getMessages(access, 'c1', { limit: 20 });
    const second = await client.getMessages(access, 'c1', { after: first.after });

    expect(server.requests.map(({ path }) => path)).toEqual(Array(2).fill('/ig/v24.0/c1/messages'));
    expect(first).toEqual(second);
    expect(first.after).toBe('afterCursorInformation');
    expect(first.items[0]).toMatchObject({
      ...{
        id: 'messageID1',
        createdAt: Date.parse('2025-07-28T22:44:49Z'),
        to: [],
        attachments: [],
        isUnsupported: false,
      },
    });
  });

  it('are read one by one', async () => {
    server.behave('message-detail');

    const { raw, ...message } = await client.getMessage(access, 'messageID1');

    expect(server.last.path).toBe('/ig/v24.0/messageID1');
    expect(message).toEqual({
      id: 'messageID1',
      createdAt: Date.parse('2025-07-28T22:44:49Z'),
      from: { id: 'igsid_of_sender', username: 'username_of_sender' },
      to: [{ id: 'igid_of_recipient', username: 'username_of_recipient' }],
      text: 'hi',
      attachments: [],
      reactions: [],
    });
    expect(raw).toMatchObject({ message: 'hi' });
  });

  it('tell their pictures, videos and files', async () => {
    const data = [
      { image_data: { url: 'https://a.example.com/1' } },
      { video_data: { url: 'https://a.example.com/2' } },
      { mime_type: 'audio/mp4', file_url: 'https://a.example.com/3' },
      { name: 'bill.pdf', mime_type: 'application/pdf', file_url: 'https://a.example.com/4' },
      {},
    ];
    server.behave(json({ id: 'm', attachments: { data } }));

    expect((await client.getMessage(access, 'm')).attachments).toEqual([
      { type: 'image', url: 'https://a.example.com/1' },
      { type: 'video', url: 'https://a.example.com/2' },
      { type: 'audio', url: 'https://a.example.com/3', mimeType: 'audio/mp4' },
      { type: 'file', url: 'https://a.example.com/4', mimeType: 'application/pdf', name: 'bill.pdf' },
      { type: 'file' },
    ]);
  });

  it('are refused when unsent or too old', async () => {
    server.behave('message-deleted-detail');

    await expect(client.getMessage(access, 'm')).rejects.toMatchObject({ code: 100, route: 'message' });
  });
});

describe('subscriptions', () => {
  const refusal = (message: string, code = 100) => ({ status: 400, ...json({ error: { message, code } }) });

  it('are made for all fields at once', async () => {
    server.behave('subscribe-success');

    expect(await client.subscribe(access, ['messages', 'messaging_seen', 'messages'])).toEqual({
      ...{ accepted: ['messages', 'messaging_seen'], refused: [] },
    });
    expect(server.last).toMatchObject({
      ...{ method: 'POST', path: '/ig/v24.0/17841400008460056/subscribed_apps' },
      query: { subscribed_fields: 'messages,messaging_seen' },
    });
  });

  it.each([
    ['Param subscribed_fields[1] must be one of {"messages", "message_reactions"} - got "messaging_seen".', 100],
    ['(#100) Param subscribed_fields[1] must be one of {messages, message_reactions} - got "messaging_seen"', 100],
    ['(#200) Permission is needed for subscribed_fields[1]', 200],
    ['(#10) To subscribe to the messaging_seen field, another permission is needed', 10],
  ])('go on without the field that is refused: %s', async (message, code) => {
    server.behave(refusal(message, code), 'subscribe-success');

    const result = await client.subscribe(access, ['messages', 'messaging_seen', 'message_reactions']);

    expect(result).toEqual({ accepted: ['messages', 'message_reactions'], refused: ['messaging_seen'] });
    expect(server.requests[1]?.query).toEqual({ subscribed_fields: 'messages,message_reactions' });
  });

  it('give up when it is not about a field, or none is left', async () => {
    server.behave('err-190-expired');
    await expect(client.subscribe(access, ['messages'])).rejects.toMatchObject({ code: 190 });

    server.behave(refusal('Something else is wrong'));
    await expect(client.subscribe(access, ['messages', 'x'])).rejects.toMatchObject({ code: 100 });

    server.behave(refusal('Param subscribed_fields[0] must be one of {"feed"} - got "messages"'));
    await expect(client.subscribe(access, ['messages', 'x'])).rejects.toMatchObject({ code: 100 });
    expect(server.requests).toHaveLength(1);
  });

  it('are read back and taken away', async () => {
    server.behave('subscribed-list', 'subscribed-none', 'subscribe-success');

    expect(await client.getSubscriptions(access)).toEqual([
      {
        appId: '990602627938098',
        fields: ['messages', 'messaging_postbacks', 'message_reactions', 'messaging_seen'],
      },
    ]);
    expect(await client.getSubscriptions(access)).toEqual([]);
    await client.unsubscribe(pageAccess);
    expect(server.last).toMatchObject({ method: 'DELETE', path: '/fb/v24.0/me/subscribed_apps' });
  });
});

describe('what is shared, mentioned and answered', () => {
  const unknownField = {
    status: 400,
    body: JSON.stringify({ error: { code: 100, message: '(#100) Tried accessing nonexisting field (reply_to)' } }),
  };

  it('comes with a message, and a field that Meta refuses is left out from then on', async () => {
    const client = new GraphClient({
      instagramUrl: `${server.url}/ig`,
      facebookUrl: `${server.url}/fb`,
      timeoutMs: 2_000,
    });
    const mention = { mention: { id: '2', link: 'https://lookaside.example.com/story' } };
    server.behave(
      unknownField,
      json({ id: 'm1', shares: { data: [{ link: 'https://www.instagram.com/p/1/' }] }, story: mention }),
      json({
        id: 'm2',
        message: 'Lovely!',
        story: { reply_to: { id: '17900000000000077', link: 'https://x.example' } },
        reactions: { data: [{ reaction: 'love', emoji: '❤️', users: [{ id: '7', username: 'mara' }, { name: '?' }] }] },
      }),
    );

    expect(await client.getMessage(access, 'm1')).toMatchObject({
      attachments: [
        { type: 'share', url: 'https://www.instagram.com/p/1/' },
        { type: 'story_mention', url: 'https://lookaside.example.com/story' },
      ],
    });
    expect(await client.getMessage(access, 'm2')).toMatchObject({
      text: 'Lovely!',
      replyTo: { story: { id: '17900000000000077', url: 'https://x.example' } },
      reactions: [{ from: { id: '7', username: 'mara' }, reaction: 'love', emoji: '❤️' }],
    });
    const asked = server.requests.map(({ query }) => String(query['fields']).split(',').slice(7).join());
    expect(asked).toEqual(['shares,story,reply_to,reactions', 'shares,story,reactions', 'shares,story,reactions']);
    await client.close();
  });
});
