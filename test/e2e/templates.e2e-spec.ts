import { MovableClock } from '#libs/clock';
import { channelFixture } from '../fixtures/channel-fixtures.js';
import { appSecret, deliver } from '../support/door.js';
import { eventually } from '../support/eventually.js';
import { customerMessage, MetaServer, metaIds, numberDelivery, type MetaAnswer } from '../support/meta-server.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(90_000);

const services = useServices();
const clock = new MovableClock();
const { business, number, phone } = metaIds;
const hourMs = 3_600_000;

/** What Meta lists, as the fixture has it. */
const listed = (channelFixture('wa-templates-list').payload as { response: { body: { data: object[] } } }).response.body
  .data;
const media = {
  id: '168900000000019',
  ...{ name: 'menu', language: 'en_US', status: 'APPROVED', category: 'UTILITY' },
  components: [
    { type: 'HEADER', format: 'IMAGE' },
    { type: 'BODY', text: 'Our menu' },
    { type: 'BUTTONS', buttons: [{ type: 'URL', text: 'Open', url: 'https://example.com/{{1}}' }] },
  ],
};

let meta: MetaServer;
let app: TestApp;
let accountId: string;
let templates: object[];
let creates: MetaAnswer;

beforeAll(async () => {
  meta = await MetaServer.start();
  meta.answers = ({ method, path, query }) => {
    if (!path.endsWith(`/${business}/message_templates`)) return undefined;
    if (method === 'POST') return creates;
    // Two pages, the first of one template.
    const after = query.get('after');
    const data = after === null ? templates.slice(0, 1) : templates.slice(1);
    const next = after === null ? { next: 'https://graph.facebook.com/next', cursors: { after: 'MQ' } } : {};
    return { body: { data, paging: next } };
  };
  const env = { GRAPH_FACEBOOK_URL: meta.url, META_APP_SECRET: appSecret, META_APP_ID: '869300000000007' };
  app = await startTestApp({ services, env, clock });
  const body = {
    ...{ access_token: 'a-token-of-the-spec', platform: 'meta_whatsapp' },
    ...{ waba_id: business, phone_number_id: number, agent: { enabled: false } },
  };
  const answer = await (await app.call()).post('/accounts').send(body).expect(201);
  accountId = (answer.body as { data: { _id: string } }).data._id;
});
beforeEach(async () => {
  templates = [...listed, media];
  await (await app.call()).get('/messages/templates').query({ account_id: accountId, refresh: true }).expect(200);
  meta.calls.length = 0;
});
afterAll(async () => {
  await app?.stop();
  meta?.stop();
});

interface Template {
  name: string;
  status: string;
  parameters: object;
  can_be_sent: boolean;
}
const list = async (query: object = {}): Promise<Template[]> => {
  const answer = await (await app.call()).get('/messages/templates').query({ account_id: accountId, ...query });
  return (answer.body as { data: Template[] }).data;
};
const asked = () => meta.calls.filter(({ path }) => path.endsWith('/message_templates')).length;
const send = async (template: object, more: object = {}) =>
  (await app.call())
    .post('/messages/send')
    .send({ platform_account_id: accountId, recipient_id: phone, template, ...more });
const order = (parameters?: object) => ({ name: 'order_update', language: 'en_US', parameters });

describe('an account’s templates', () => {
  it('are listed with what a send has to fill in, page by page', async () => {
    expect(await list()).toMatchObject([
      { name: 'menu', parameters: { header: 'image', body: [], buttons: ['url'] }, can_be_sent: true },
      { name: 'old_news', status: 'PAUSED', can_be_sent: false },
      { name: 'order_update', parameters: { body: ['1', '2'], named: [] }, can_be_sent: true },
      { name: 'promo_card', parameters: { header: 'image', named: ['first_name'], buttons: ['url'] } },
    ]);
    const caller = await app.call();
    const first = await caller.get('/messages/templates').query({ account_id: accountId, limit: 3 }).expect(200);
    const { next_cursor: cursor } = first.body as { next_cursor: string };
    expect(await list({ limit: 3, cursor })).toMatchObject([{ name: 'promo_card' }]);
    expect(await list({ status: 'PAUSED' })).toHaveLength(1);
  });

  it('are asked for again after an hour, and those that are gone are gone', async () => {
    await list();
    expect(asked()).toBe(0);
    templates = templates.slice(0, 1);
    clock.advance(hourMs + 1);
    expect(await list()).toMatchObject([{ name: 'order_update' }]);
    expect(asked()).toBeGreaterThan(0);
  });

  it('change with what WhatsApp tells, once, and not back by an older notice', async () => {
    const notice = (event: string, timestamp: number) => ({
      object: 'whatsapp_business_account',
      entry: [
        {
          id: business,
          time: Math.floor(timestamp / 1000),
          changes: [
            {
              field: 'message_template_status_update',
              value: {
                event,
                message_template_id: 168900000000010,
                message_template_name: 'order_update',
                message_template_language: 'en_US',
                reason: 'NONE',
              },
            },
          ],
        },
      ],
    });
    const deliverNotice = (body: object) => deliver(app.url, body, { path: '/webhook/whatsapp' }).expect(200);
    const now = clock.now() + 2_000;
    await deliverNotice(notice('PAUSED', now));
    const status = async () => (await list({ name: 'order_update' }))[0]?.status;
    await eventually(async () => expect(await status()).toBe('PAUSED'));
    await deliverNotice(notice('APPROVED', now - 60 * 60_000));
    await deliverNotice(notice('DISABLED', now + 2_000));
    await eventually(async () => expect(await status()).toBe('DISABLED'));
    expect((await send(order({ body: ['Robin', '1234'] }))).body).toMatchObject({
      details: [{ field: 'template.name' }],
    });
  });

  it('are handed in, and what Meta makes of them is passed on', async () => {
    const draft = {
      account_id: accountId,
      ...{ name: 'visit_reminder', language: 'en_US', category: 'UTILITY', parameter_format: 'NAMED' },
      components: [{ type: 'BODY', text: 'Hi {{first_name}}, see you.', example: { body_text_named_params: [] } }],
    };
    const caller = await app.call();
    creates = { body: { id: '168900000000013', status: 'PENDING', category: 'MARKETING' } };
    const made = await caller.post('/messages/templates').send(draft).expect(201);
    expect(made.body).toMatchObject({ data: { id: '168900000000013', status: 'PENDING', category: 'MARKETING' } });
    const { body } =
      meta.calls.find(({ method, path }) => method === 'POST' && path.endsWith('/message_templates')) ?? {};
    const { account_id: _ours, ...wire } = draft;
    expect(JSON.parse(String(body))).toEqual(wire);

    creates = {
      status: 400,
      body: { error: { message: 'Invalid parameter', code: 100, error_subcode: 2388024, type: 'OAuthException' } },
    };
    const refused = await caller.post('/messages/templates').send(draft).expect(502);
    expect(refused.body).toMatchObject({ code: 'upstream_error', details: { code: 100, subcode: 2388024 } });
    await caller
      .post('/messages/templates')
      .send({ ...draft, name: 'No Spaces' })
      .expect(400);
    await caller
      .post('/messages/templates')
      .send({ ...draft, components: [] })
      .expect(400);
  });
});

describe('a template that is sent', () => {
  it('goes out filled in, and is stored as the person reads it', async () => {
    const answer = await send(order({ body: ['Robin', '1234'] }));
    expect(answer.body).toMatchObject({
      stored: {
        status: 'sent',
        text: 'Hi Robin! Your order 1234 is ready.\n\nExample Shop',
        template: { name: 'order_update', language: 'en_US', category: 'UTILITY' },
      },
    });
    expect(meta.sent.at(-1)?.body).toMatchObject({
      type: 'template',
      template: {
        ...{ name: 'order_update', language: { code: 'en_US' } },
        components: [
          {
            type: 'body',
            parameters: [
              { type: 'text', text: 'Robin' },
              { type: 'text', text: '1234' },
            ],
          },
        ],
      },
    });
  });

  it('may have a picture above, names, and the end of an address', async () => {
    const header = 'https://cdn.example.com/promo.png';
    await send({
      ...{ name: 'promo_card', language: 'en_US' },
      parameters: { header, named: { first_name: 'Robin' }, buttons: ['summer'] },
    });
    expect(meta.sent.at(-1)?.body.template).toMatchObject({
      components: [
        { type: 'header', parameters: [{ type: 'image', image: { link: header } }] },
        { type: 'body', parameters: [{ parameter_name: 'first_name', text: 'Robin' }] },
        { type: 'button', sub_type: 'url', index: '1', parameters: [{ type: 'text', text: 'summer' }] },
      ],
    });
  });

  it.each([
    ['too few values', order({ body: ['Robin'] }), { field: 'template.parameters.body', limit: 2, unit: 'parameters' }],
    ['too many values', order({ body: ['a', 'b', 'c'] }), { field: 'template.parameters.body', limit: 2 }],
    ['none at all', order(), { field: 'template.parameters.body', limit: 2 }],
    ['a header it does not have', order({ header: 'x', body: ['a', 'b'] }), { field: 'template.parameters.header' }],
    ['a name it does not have', order({ named: { a: 'b' }, body: ['a', 'b'] }), { field: 'template.parameters.named' }],
    ['a button it does not have', order({ buttons: ['x'], body: ['a', 'b'] }), { field: 'template.parameters.buttons' }],
    ['a picture from nowhere', { ...order({ header: 'menu.png', buttons: ['x'] }), name: 'menu' }, { field: 'template.parameters.header' }],
    ['a name nobody gave', { ...order({}), name: 'never_heard_of' }, { field: 'template.name' }],
    ['a language it is not in', { ...order({}), language: 'de' }, { field: 'template.language', expected: 'one that the template has: en_US' }],
    ['one that is paused', { name: 'old_news', language: 'de' }, { field: 'template.name', expected: 'a template that is APPROVED; this one is PAUSED' }],
    ['more text than a body holds', order({ body: ['x'.repeat(1000), 'y'.repeat(100)] }), { field: 'template.parameters.body', limit: 1024, unit: 'characters' }],
  ])('is refused for %s, before anything is sent', async (_what, template, problem) => {
    const before = meta.sent.length;
    const answer = await send(template);
    expect(answer.body).toMatchObject({ code: 'invalid_request', details: [{ ...problem, channel: 'whatsapp' }] });
    expect(answer.status).toBe(400);
    expect(meta.sent).toHaveLength(before);
  }); // prettier-ignore

  it.each([
    ['a line break in a value', order({ body: ['a\nb', 'c'] }), {}, 'template.parameters.body'],
    ['words beside it', order({ body: ['a', 'b'] }), { message_text: 'Hello' }, 'template'],
  ])('is refused for %s', async (_what, template, more, field) => {
    const answer = await send(template, more);
    expect(answer.body).toMatchObject({ details: [{ field }] });
  });

  it('is all that goes out when the window has closed', async () => {
    const body = customerMessage({ id: 'wamid.window', type: 'text', text: { body: 'Hello?' } });
    await deliver(app.url, body, { path: '/webhook/whatsapp' }).expect(200);
    const caller = await app.call();
    await eventually(async () => {
      const { body: dms } = await caller.get('/messages/list').query({ direction: 'inbound' });
      expect((dms as { total: number }).total).toBe(1);
    });
    clock.advance(25 * hourMs);
    const text = { platform_account_id: accountId, recipient_id: phone, message_text: 'Too late' };
    const later = await app.call();
    const refused = await later.post('/messages/send').send(text).expect(403);
    expect(refused.body).toMatchObject({ code: 'outside_window', details: { takes: 'template' } });
    const sent = await send(order({ body: ['Robin', '1234'] }));
    expect(sent.status).toBe(200);
  });
});

describe('somebody who wants no marketing', () => {
  const promotion = {
    ...{ name: 'promo_card', language: 'en_US' },
    parameters: { header: 'https://cdn.example.com/p.png', named: { first_name: 'Robin' }, buttons: ['summer'] },
  };
  const wish = async (): Promise<unknown> => {
    const { body } = await (await app.call()).get('/inbox/conversations').query({ platform_account_id: accountId });
    return (body as { conversations: { marketing_opt_out: unknown }[] }).conversations[0]?.marketing_opt_out;
  };
  const preference = (value: string) =>
    numberDelivery(
      { user_preferences: [{ wa_id: phone, category: 'marketing_messages', value, timestamp: seconds() }] },
      'user_preferences',
    );
  const seconds = () => Math.floor(clock.now() / 1000);
  const tell = (body: object) => deliver(app.url, body, { path: '/webhook/whatsapp' }).expect(200);

  it('gets none, but everything else, until they say otherwise', async () => {
    clock.advance(1_000);
    await tell(preference('stop'));
    await eventually(async () => expect(await wish()).toMatchObject({ by: 'channel' }));
    const refused = await send(promotion);
    expect([refused.status, (refused.body as { code: string }).code]).toEqual([409, 'opted_out']);
    expect((await send(order({ body: ['Robin', '1234'] }))).status).toBe(200);
    clock.advance(2_000);
    await tell(preference('resume'));
    await eventually(async () => expect(await wish()).toBeNull());
    expect((await send(promotion)).status).toBe(200);
  });
});

describe('what messages cost', () => {
  const pricing = { billable: true, pricing_model: 'PMP', category: 'utility', type: 'regular' };
  const status = (id: string, name: string, more: object = {}) =>
    numberDelivery({
      statuses: [{ id, status: name, timestamp: String(Math.floor(clock.now() / 1000)), recipient_id: phone, ...more }],
    });
  const costs = async (query: object = {}) => {
    const { body } = await (
      await app.call()
    )
      .get('/messages/costs')
      .query({ account_id: accountId, ...query })
      .expect(200);
    return (body as { data: { billed: number; free: number; days: object[] } }).data;
  };
  const tell = (body: object) => deliver(app.url, body, { path: '/webhook/whatsapp' }).expect(200);

  it('is counted once a delivered message, however often and in whatever order it is told', async () => {
    const { body } = await send(order({ body: ['Robin', '1'] }));
    const { message_id: mid } = (body as { stored: { message_id: string } }).stored;
    await tell(status(mid, 'sent', { pricing }));
    await tell(status(mid, 'read', { pricing }));
    for (let times = 0; times < 2; times++) await tell(status(mid, 'delivered', { pricing }));
    const { body: other } = await send(order({ body: ['Robin', '2'] }));
    const { message_id: undelivered } = (other as { stored: { message_id: string } }).stored;
    await tell(status(undelivered, 'sent', { pricing }));
    const day = clock.date().toISOString().slice(0, 10);
    await eventually(async () =>
      expect(await costs()).toMatchObject({
        ...{ billed: 1, free: 0 },
        days: [{ day, kinds: [{ category: 'utility', type: 'regular', billable: true, messages: 1 }] }],
      }),
    );
    expect(await costs({ from: '2020-01-01', to: '2020-01-31' })).toMatchObject({ billed: 0, days: [] });
  });

  it('has days in order, and is nobody else’s', async () => {
    const caller = await app.call();
    await caller.get(`/messages/costs?account_id=${accountId}&from=2026-02-01&to=2026-01-01`).expect(400);
    await caller.get(`/messages/costs?account_id=${accountId}&from=yesterday`).expect(400);
    const stranger = await app.call({ userId: 'tenant-2', role: 'user' });
    await stranger.get(`/messages/costs?account_id=${accountId}`).expect(404);
  });
});

it('is nobody else’s, and no other channel’s', async () => {
  const stranger = await app.call({ userId: 'tenant-2', role: 'user' });
  await stranger.get('/messages/templates').query({ account_id: accountId }).expect(404);
  const page = { access_token: 'a-token-of-the-spec', platform: 'meta_messenger', login: 'facebook' };
  const caller = await app.call();
  const answer = await caller.post('/accounts').send(page).expect(201);
  const { _id } = (answer.body as { data: { _id: string } }).data;
  const none = await caller.get('/messages/templates').query({ account_id: _id }).expect(400);
  expect(none.body).toMatchObject({ details: [{ field: 'account_id', channel: 'messenger' }] });
  const message = { platform_account_id: _id, recipient_id: metaIds.psid, template: order({ body: ['a', 'b'] }) };
  const refused = await caller.post('/messages/send').send(message).expect(400);
  expect(refused.body).toMatchObject({ details: [{ field: 'template', channel: 'messenger' }] });
});
