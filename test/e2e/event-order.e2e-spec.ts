import { signBody } from '#libs/graph-api';
import { Random } from '#libs/sandbox';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

jest.setTimeout(180_000);

const people = 12;
const startMs = Date.now() - 600_000;

interface Listed {
  conversations: { id: string; external_id: string }[];
}

interface Message {
  id: string;
  external_id: string | null;
}

/**
 * The same story happens to many people; each person's events arrive in an order, with repetitions and in batches of
 * their own, at two servers that both work them. What a dashboard then sees must be the same for all.
 */
describe('events that overtake each other on two processes', () => {
  const services = useServices();
  let first: TestApp;
  let second: TestApp;
  let accountId: string;

  beforeAll(async () => {
    first = await startTestApp({ services });
    accountId = await first.connect(tenant.userId, { enabled: false });
    second = await startTestApp({
      services,
      sandbox: first.sandbox,
      env: { ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64') },
    });
  });

  afterAll(async () => {
    await second?.stop();
    await first?.stop();
  });

  const idOf = (n: number): string => `90000000000${String(n).padStart(5, '0')}`;

  function storyOf(n: number): object[] {
    const business = first.sandbox.account.igId;
    const person = idOf(n);
    let at = startMs;
    const inbound = (body: object) => ({
      sender: { id: person },
      recipient: { id: business },
      timestamp: (at += 1_000),
      ...body,
    });
    const echo = (message: object) => ({
      sender: { id: business },
      recipient: { id: person },
      timestamp: (at += 1_000),
      message: { is_echo: true, ...message },
    });
    const mid = (name: string): string => `m-${n}-${name}`;
    return [
      inbound({ message: { mid: mid('hello'), text: 'hello' } }),
      inbound({ message: { mid: mid('edited'), text: 'tpyo' } }),
      inbound({ message_edit: { mid: mid('edited'), text: 'typo', num_edit: '1' } }),
      inbound({ message_edit: { mid: mid('edited'), text: 'no typo', num_edit: 2 } }),
      echo({ mid: mid('answer'), text: 'a person answers' }),
      inbound({ reaction: { mid: mid('answer'), action: 'react', reaction: 'love', emoji: '❤' } }),
      inbound({ reaction: { mid: mid('answer'), action: 'unreact' } }),
      inbound({ reaction: { mid: mid('answer'), action: 'react', reaction: 'wow', emoji: '😮' } }),
      inbound({ read: { mid: mid('answer') } }),
      inbound({ message: { mid: mid('gone'), text: 'a secret' } }),
      inbound({ message: { mid: mid('gone'), is_deleted: true } }),
      inbound({ postback: { title: 'Prices', payload: 'PRICES' } }),
      inbound({
        message: {
          mid: mid('picture'),
          attachments: [{ type: 'image', payload: { url: 'https://lookaside.fbsbx.com/x' } }],
        },
      }),
    ];
  }

  async function deliver(app: TestApp, messaging: object[]): Promise<void> {
    const entry = [{ id: first.sandbox.account.igId, time: Date.now(), messaging }];
    const body = Buffer.from(JSON.stringify({ object: 'instagram', entry }));
    const secret = first.sandbox.env['INSTAGRAM_CLIENT_SECRET'] ?? '';
    const answer = await fetch(`${app.url}/webhook/instagram`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signBody(body, secret) },
      body,
    });
    expect(answer.status).toBe(200);
  }

  /** What an operator sees of one person, without what is chance or the person's own. */
  async function seen(conversation: { id: string }, n: number): Promise<string> {
    const caller = await first.call();
    const page = (await caller.get(`/inbox/conversations/${conversation.id}/messages?limit=100`).expect(200)).body as {
      conversation: object;
      messages: Message[];
    };
    const order = new Map(page.messages.map(({ id }, index) => [id, `message ${index}`]));
    const text = JSON.stringify(page)
      .replaceAll(idOf(n), 'person')
      .replaceAll(`m-${n}-`, 'm-')
      .replaceAll(conversation.id, 'conversation');
    return [...order]
      .reduce((shown, [id, name]) => shown.replaceAll(id, name), text)
      .replace(/postback:[0-9a-f]{64}/g, 'postback')
      .replace(/"(created_at|updated_at|read_at|waiting_since)":"[^"]*"/g, '"$1":"set"');
  }

  it('end the same for everybody', async () => {
    const random = new Random(42);
    const deliveries = Array.from({ length: people }, (_none, n) => {
      const story = storyOf(n);
      const again = story.filter(() => random.chance(0.4));
      // The first person's events come in order, one by one; the others' as it happens.
      const events = n === 0 ? story : random.shuffled([...story, ...again]);
      const batches: object[][] = [];
      while (events.length > 0) batches.push(events.splice(0, n === 0 ? 1 : 1 + Math.floor(random.next() * 3)));
      return batches;
    });
    for (const batch of deliveries[0] ?? []) await deliver(first, batch);
    const rest = random.shuffled(deliveries.slice(1).flat());
    await Promise.all(
      [0, 1, 2, 3].map(async (lane) => {
        for (let n = lane; n < rest.length; n += 4) await deliver(lane % 2 === 0 ? first : second, rest[n] ?? []);
      }),
    );

    const caller = await first.call();
    await eventually(async () => {
      const listed = (await caller.get(`/inbox/conversations?platform_account_id=${accountId}&limit=100`).expect(200))
        .body as Listed;
      expect(listed.conversations).toHaveLength(people);
      const byPerson = new Map(listed.conversations.map((conversation) => [conversation.external_id, conversation]));
      const shown = await Promise.all(
        Array.from({ length: people }, (_none, n) => seen(byPerson.get(idOf(n)) ?? { id: '' }, n)),
      );
      expect(shown[0]).toContain('no typo');
      expect(shown[0]).not.toContain('a secret');
      for (const one of shown.slice(1)) expect(one).toBe(shown[0]);
    }, 90_000);
  });
});
