import { MovableClock } from '#libs/clock';
import type { GraphErrorName, SandboxAccount } from '#libs/sandbox';
import { AccountDirectoryService } from '../../src/accounts/index.js';
import { conversationIdOf } from '../../src/conversations/index.js';
import { TransactionsService } from '../../src/database/index.js';
import { OutboxService, OutboundRepository } from '../../src/dms/index.js';
import { JobQueueService, SchedulerService } from '../../src/queue/index.js';
import { eventually } from '../support/eventually.js';
import { useServices } from '../support/services.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';

const guestsEach = 4;
const textsEach = 3;
/** The longest that a limited account waits, and how far those that wait are spread. */
const roundMs = 11 * 60_000;

/** A business, and the guests it writes to. */
interface Shop {
  at: SandboxAccount;
  id: string;
  guests: string[];
}

/** A DM that was queued. */
interface Queued {
  id: string;
  shop: Shop;
  to: string;
  text: string;
}

describe('an account in trouble', () => {
  const services = useServices();
  // It stands still unless a test moves it: what goes out meanwhile has waited for no time to pass.
  const clock = new MovableClock();
  let app: TestApp;
  let limited: Shop[];
  let dead: Shop;
  let neighbours: Shop[];
  let replies = 0;

  const connect = async (accessToken: string) => {
    const body = { access_token: accessToken, login: 'instagram', agent: { enabled: false } };
    const answer = await (await app.call(tenant)).post('/accounts').send(body).expect(201);
    return (answer.body as { data: { _id: string } }).data._id;
  };

  async function open(username: string): Promise<Shop> {
    const at = app.sandbox.createAccount({ username });
    const guests = Array.from({ length: guestsEach }, (_, n) => {
      const guest = app.sandbox.createCustomer({ username: `guest.${n}.of.${username}` });
      guest.sendText('Hello?', { to: at, webhook: false });
      return guest.idFor(at);
    });
    return { at, id: await connect(at.accessToken), guests };
  }

  beforeAll(async () => {
    app = await startTestApp({ services, clock, sandboxOptions: { clock } });
    app.sandbox.webhooks.configure({ echo: 'never' });
    limited = [await open('limited.one'), await open('limited.two'), await open('limited.three')];
    dead = await open('dead.token');
    neighbours = [await open('neighbour.one'), await open('neighbour.two'), await open('neighbour.three')];
  }, 60_000);
  afterAll(() => app?.stop());

  /** To each guest of each shop, in this order. */
  async function queue(shops: Shop[], texts: string[]): Promise<Queued[]> {
    const queued: Queued[] = [];
    for (const shop of shops) {
      const account = await app.get(AccountDirectoryService).get(shop.id);
      if (!account) throw new Error('no account');
      for (const to of shop.guests) {
        const parts = texts.map((text) => ({ text }));
        const reply = { source: 'api' as const, key: `reply:${++replies}`, parts };
        const dms = await app
          .get(TransactionsService)
          .run((session) => app.get(OutboxService).queue(session, account, to, reply));
        queued.push(...dms.map(({ _id, text = '' }) => ({ id: String(_id), shop, to, text })));
      }
    }
    return queued;
  }

  async function sendSoon(queued: Queued[]): Promise<void> {
    const conversations = new Set(queued.map(({ shop, to }) => conversationIdOf(shop.id, to)));
    for (const conversation_id of conversations)
      await app.get(JobQueueService).add('send-conversation', { conversation_id });
  }

  const rowsOf = (queued: Queued[]) => Promise.all(queued.map(({ id }) => app.get(OutboundRepository).find(id)));
  const of = (shops: Shop[], queued: Queued[]) => queued.filter(({ shop }) => shops.includes(shop));

  /** All of them have gone out, each at its first try. */
  const expectSentAtOnce = async (queued: Queued[]) =>
    expect(new Set((await rowsOf(queued)).map((dm) => `${dm?.status} after ${dm?.attempts}`))).toEqual(
      new Set(['sent after 1']),
    );

  /** None is under way or due: each waits for a later time, the first of a conversation for this reason. */
  const expectWaiting = async (queued: Queued[], reason: string) => {
    const [first, later] = [`queued ${reason}`, 'queued'];
    const rows = await rowsOf(queued);
    expect(rows.filter((dm) => (dm?.next_attempt_at?.getTime() ?? 0) <= clock.now())).toEqual([]);
    expect(rows.map((dm, n) => (n % textsEach === 0 ? `${dm?.status} ${dm?.held_reason}` : dm?.status))).toEqual(
      queued.map((_dm, n) => (n % textsEach === 0 ? first : later)),
    );
  };

  const sendCalls = ({ at }: Shop) =>
    app.sandbox.calls.filter(({ route, accountId }) => route === 'send' && accountId === at.igId).length;

  async function msUntilSent(queued: Queued[]): Promise<number> {
    const startedAt = performance.now();
    await sendSoon(queued);
    await eventually(() => expectSentAtOnce(of(neighbours, queued)));
    return performance.now() - startedAt;
  }

  it('never slows another, is asked once a round, and loses nothing', async () => {
    const all = [...limited, dead, ...neighbours];
    const texts = Array.from({ length: textsEach }, (_, n) => `Part ${n}`);
    const calm = await queue(all, texts);
    const calmMs = await msUntilSent(calm);
    await eventually(() => expectSentAtOnce(calm));

    const codes: GraphErrorName[] = ['rate_limit', 'app_rate_limit', 'messaging_rate_limit'];
    limited.forEach(({ at }, n) => {
      app.sandbox.faults.add({ route: 'send', mode: 'error', account: at.igId, error: codes[n] });
    });
    // At sends alone: a look at a profile would else tell of it before a send does.
    app.sandbox.faults.add({ route: 'send', mode: 'error', account: dead.at.igId, error: 'token_revoked' });
    const before = new Map(all.map((shop) => [shop, sendCalls(shop)]));
    const callsSince = (shop: Shop) => sendCalls(shop) - (before.get(shop) ?? 0);

    // Those in trouble stand in front of the others.
    const queued = await queue(all, texts);
    const troubledMs = await msUntilSent(queued);

    expect(troubledMs).toBeLessThan(2 * calmMs + 5_000);
    const [held, orphaned] = [of(limited, queued), of([dead], queued)];
    await eventually(() => expectWaiting(held, 'meta_limit'));
    await eventually(() => expectWaiting(orphaned, 'account'));
    // What was under way when the first refusal came: at most one a conversation, whatever waits behind it.
    const first = [...limited, dead].map(callsSince);
    expect(Math.min(...first)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...first)).toBeLessThanOrEqual(guestsEach);
    const deadCalls = callsSince(dead);

    for (let round = 1; round <= 6; round++) {
      const earlier = limited.map(callsSince);
      clock.advance(roundMs);
      const news = await queue(neighbours, [`News ${round}`]);
      await sendSoon(news);
      await app.get(SchedulerService).runDue();
      await eventually(() => expectSentAtOnce(news));
      await eventually(() => expectWaiting(held, 'meta_limit'));
      await eventually(() => expectWaiting(orphaned, 'account'));
      expect(limited.map((shop, n) => callsSince(shop) - (earlier[n] ?? 0))).toEqual([1, 1, 1]);
      expect(callsSince(dead)).toBe(deadCalls);
    }

    app.sandbox.faults.clear();
    await connect(dead.at.issueToken());
    await eventually(async () => {
      clock.advance(10_000);
      await app.get(SchedulerService).runDue();
      expect(new Set((await rowsOf(queued)).map((dm) => dm?.status))).toEqual(new Set(['sent']));
    });
    for (const shop of [...limited, dead])
      for (const to of shop.guests) {
        const reached = app.sandbox.sends.filter((sent) => sent.recipientId === to).map(({ text }) => text);
        expect(reached).toEqual([...texts, ...texts]);
      }
  });
});
