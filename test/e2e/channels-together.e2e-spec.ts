import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

jest.setTimeout(120_000);

interface Dm {
  text?: string;
  direction: string;
  status?: string;
  delivered_at?: string;
  read_at?: string;
  error?: { code?: number };
  sender_name?: string;
}

const services = useServices();
let app: TestApp;
const accounts: Record<string, string> = {};

beforeAll(async () => {
  app = await startTestApp({ services, sandboxOptions: { subscribed: false } });
  const { sandbox } = app;
  const caller = await app.call();
  const connect = {
    instagram: { access_token: sandbox.account.accessToken, login: 'instagram' },
    messenger: { access_token: sandbox.account.tokens.page, platform: 'meta_messenger', login: 'facebook' },
    whatsapp: {
      ...{ access_token: sandbox.number.accessToken, platform: 'meta_whatsapp', pin: '123456' },
      ...{ waba_id: sandbox.number.wabaId, phone_number_id: sandbox.number.phoneNumberId },
    },
  };
  for (const [channel, body] of Object.entries(connect)) {
    const answer = await caller.post('/accounts').send({ ...body, agent: { enabled: false } });
    expect(answer.body).toMatchObject({ data: { subscription: { state: 'subscribed' } } });
    accounts[channel] = (answer.body as { data: { _id: string } }).data._id;
  }
});
afterAll(async () => {
  await app?.stop();
});

/** The same person on each channel. */
const people = {
  instagram: {
    id: () => app.sandbox.customer.id,
    write: (text: string) => app.sandbox.customer.sendText(text),
    read: () => app.sandbox.customer.markRead(),
  },
  messenger: {
    id: () => app.sandbox.customer.onMessenger.id,
    write: (text: string) => app.sandbox.customer.onMessenger.sendText(text),
    read: () => app.sandbox.customer.onMessenger.markRead(),
  },
  whatsapp: {
    id: () => app.sandbox.onWhatsApp().id,
    write: (text: string) => app.sandbox.onWhatsApp().sendText(text),
    read: () => app.sandbox.onWhatsApp().markRead(),
  },
};
type Name = keyof typeof people;
const names = Object.keys(people) as Name[];

const listed = async (name: Name): Promise<Dm[]> => {
  const caller = await app.call();
  const query = { platform_account_id: accounts[name], limit: 100 };
  return ((await caller.get('/messages/list').query(query).expect(200)).body as { data: Dm[] }).data;
};
const send = async (name: Name, text: string) => {
  const caller = await app.call();
  const body = { platform_account_id: accounts[name], recipient_id: people[name].id(), message_text: text };
  return caller.post('/messages/send').send(body);
};
const outbound = async (name: Name, text: string): Promise<Dm | undefined> =>
  (await listed(name)).find((dm) => dm.direction === 'outbound' && dm.text === text);

describe.each(names)('on %s', (name) => {
  it('what a person writes is stored once, in their name', async () => {
    app.sandbox.webhooks.configure({ duplicates: 1 });
    people[name].write(`Hello, ${name}`);
    await app.sandbox.idle();
    app.sandbox.webhooks.configure({ duplicates: 0 });
    await eventually(async () =>
      expect(await listed(name)).toMatchObject([{ text: `Hello, ${name}`, direction: 'inbound' }]),
    );
    const caller = await app.call();
    await eventually(async () => {
      const found = await caller.get('/inbox/conversations').query({ platform_account_id: accounts[name] });
      expect(found.body).toMatchObject({ conversations: [{ participant_name: 'Mara Lindqvist' }] });
    });
  });

  it('an answer is sent once, and what becomes of it is told', async () => {
    expect((await send(name, 'Yes, we are.')).status).toBe(200);
    await app.sandbox.idle();
    people[name].read();
    await app.sandbox.idle();
    await eventually(async () => {
      const dm = await outbound(name, 'Yes, we are.');
      expect(dm).toMatchObject({ status: 'sent' });
      expect(dm?.read_at).toBeDefined();
      if (name !== 'instagram') expect(dm?.delivered_at).toBeDefined();
    });
  });

  it.each(['drop_answer', 'reset_after_acting', 'no_id'] as const)(
    '%s of a send leaves no second one',
    async (mode) => {
      app.sandbox.faults.add({ route: 'send', mode, count: 1 });
      const text = `Lost by ${mode}`;
      expect([200, 202]).toContain((await send(name, text)).status);
      await eventually(async () => expect(await outbound(name, text)).toMatchObject({ status: 'sent' }), 60_000);
      await app.sandbox.idle();
      expect(app.sandbox.sends.filter((one) => one.text === text && one.channel === name)).toHaveLength(1);
    },
  );
});

describe('the examples of the document', () => {
  interface Example {
    value: Record<string, unknown>;
  }
  const examplesOf = async (path: string): Promise<Record<string, Example>> => {
    const { body } = await (await app.call(null)).get('/docs-json').expect(200);
    const { paths } = body as { paths: Record<string, { post: { requestBody: { content: Record<string, { examples: Record<string, Example> }> } } }> }; // prettier-ignore
    return paths[path]?.post.requestBody.content['application/json']?.examples ?? {};
  };

  it.each(names)('connect %s with a token of the stand-in', async (name) => {
    const { account, number } = app.sandbox;
    const tokens = { instagram: account.accessToken, messenger: account.tokens.page, whatsapp: number.accessToken };
    const body = { ...(await examplesOf('/accounts'))[name]?.value, access_token: tokens[name] };
    const answer = await (await app.call()).post('/accounts').send(body).expect(201);
    expect(answer.body).toMatchObject({ data: { _id: accounts[name] } });
  });

  it.each(names)('are taken at the door as a delivery of %s, and stored', async (name) => {
    const { value } = (await examplesOf('/webhook/meta'))[name] ?? {};
    app.sandbox.deliver(value, name === 'instagram' ? 'instagram' : 'facebook');
    await app.sandbox.idle();
    await eventually(async () =>
      expect((await listed(name)).map(({ text }) => text)).toContain('Are you open on Sunday?'),
    );
  });
});

describe('on whatsapp', () => {
  it('a message that fails after it was sent is shown as failed, with Meta’s code', async () => {
    app.sandbox.faults.add({ route: 'send', mode: 'fails_later', error: 'undeliverable', count: 1 });
    await send('whatsapp', 'Never arrives');
    await eventually(async () =>
      expect(await outbound('whatsapp', 'Never arrives')).toMatchObject({ status: 'failed', error: { code: 131026 } }),
    );
  });

  it('a person without a number is written to by their other id', async () => {
    const hidden = app.sandbox.createCustomer({ username: 'no.number', name: 'No Number' });
    const contact = app.sandbox.onWhatsApp(hidden);
    contact.takeUsername();
    contact.sendText('Hello from nobody');
    await eventually(async () =>
      expect((await listed('whatsapp')).filter(({ text }) => text === 'Hello from nobody')).toHaveLength(1),
    );
    const caller = await app.call();
    const body = { platform_account_id: accounts['whatsapp'], recipient_id: contact.id, message_text: 'Hello back' };
    await caller.post('/messages/send').send(body).expect(200);
    expect(contact.messages().at(-1)).toMatchObject({ from: 'business', content: { body: 'Hello back' } });
  });
});
