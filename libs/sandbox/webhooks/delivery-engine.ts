import type { Clock } from '#libs/clock';
import type { LiveFeed } from '../live-feed.js';
import type { Random } from '../random.js';
import type { Login } from '../world/types.js';
import { LOGINS } from '../world/types.js';
import { DEFAULT_WEBHOOK_OPTIONS, patienceOf } from './delivery.js';
import type { Delivery, DeliveryState, WebhookOptions } from './delivery.js';
import { batchBody, summaryOf } from './entries.js';
import { isLetThrough } from './event.js';
import type { Subscriber, WebhookEvent, WebhookObject } from './event.js';
import { metaJson, signatureHeaders } from './meta-json.js';
import { WebhookPost } from './webhook-post.js';

/** A delivery with what the engine needs to drive it. */
interface Driven {
  delivery: Delivery;
  accounts: Subscriber[];
  object: WebhookObject;
  /** Copies not yet posted for the last time. It is settled when the last of them is. */
  openCopies: number;
  settle: (delivery: Delivery) => void;
}

interface Batch {
  login: Login;
  events: WebhookEvent[];
}

type About = Pick<Delivery, 'summary' | 'events'> & Pick<Driven, 'accounts' | 'object'>;

interface Parts {
  secrets: Record<Login, string>;
  clock: Clock;
  random: Random;
  live: LiveFeed;
}

/**
 * Meta's side of webhooks: signs, posts, posts again until it is taken, with growing waits, and on request twice, out
 * of order, in batches. Every delivery and attempt is kept in the log.
 */
export class DeliveryEngine {
  /** All deliveries so far, oldest first. */
  readonly log: Delivery[] = [];
  private options: WebhookOptions;
  private readonly post = new WebhookPost();
  /** Events that wait for their body to fill up, by login and object. */
  private readonly batches = new Map<string, Batch>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly waiting: (() => void)[] = [];
  private readonly open = new Set<Driven>();
  private heldBack: Driven[] | null = null;
  private inFlight = 0;
  private stopped = false;

  constructor(
    private readonly parts: Parts,
    options: Partial<WebhookOptions> = {},
  ) {
    this.options = { ...DEFAULT_WEBHOOK_OPTIONS, ...options };
  }

  get settings(): Readonly<WebhookOptions> {
    return this.options;
  }

  configure(change: Partial<WebhookOptions>): void {
    this.options = { ...this.options, ...change };
  }

  /** Keeps every delivery back until {@link release}. */
  hold(): void {
    this.heldBack ??= [];
  }

  /** Lets the kept deliveries go, in order or shuffled. */
  release({ shuffle = false } = {}): Delivery[] {
    const kept = this.heldBack ?? [];
    this.heldBack = null;
    const order = shuffle ? this.parts.random.shuffled(kept) : kept;
    for (const driven of order) this.start(driven);
    return order.map(({ delivery }) => delivery);
  }

  /**
   * Sends an event to every login that subscribed to its field.
   * @returns one delivery per login; for batched events, those that were flushed by this event
   */
  emit(event: WebhookEvent): Delivery[] {
    const subscribed = LOGINS.filter((login) => isLetThrough(event, login));
    if (subscribed.length === 0) {
      return [this.skip(event, `${event.account.username} is not subscribed to ${event.field}`)];
    }
    return subscribed.flatMap((login) => this.enqueue(event, login));
  }

  /** Does something once the sandbox's clock says so, however that gets there; {@link idle} does not wait for it. */
  at(time: number, action: () => void): void {
    const leftMs = time - this.parts.clock.now();
    if (leftMs <= 0) action();
    else this.later(Math.min(leftMs, 100), () => this.at(time, action));
  }

  /**
   * Posts any payload as a signed webhook, whatever it says.
   * @param payload an object, written as Meta writes JSON; or the exact body
   */
  deliver(payload: unknown, login: Login = 'instagram'): Delivery {
    const body = typeof payload === 'string' ? payload : metaJson(payload);
    return this.launch(body, login, { summary: summaryOf(body), events: 1, accounts: [], object: 'instagram' });
  }

  /** Resolves when nothing is pending; deliveries on hold don't count. */
  async idle(): Promise<void> {
    for (const key of this.batches.keys()) this.flush(key);
    if (this.open.size === 0) return;
    await Promise.all([...this.open].map(({ delivery }) => delivery.settled));
    return this.idle();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    for (const driven of this.open) this.finish(driven, 'dropped', 'the sandbox was stopped');
    await this.post.close();
  }

  private enqueue(event: WebhookEvent, login: Login): Delivery[] {
    const key = `${login}:${event.object}`;
    const batch: Batch = this.batches.get(key) ?? { login, events: [] };
    this.batches.set(key, batch);
    const { events } = batch;
    events.push(event);
    if (events.length >= this.options.batchSize) return this.flush(key);
    if (events.length === 1) this.later(this.options.batchWaitMs, () => void this.flush(key));
    return [];
  }

  private flush(key: string): Delivery[] {
    const batch = this.batches.get(key);
    this.batches.delete(key);
    const [first] = batch?.events ?? [];
    if (!batch || !first) return [];
    const { login, events } = batch;
    const body = metaJson(batchBody(events, login, this.parts.clock.now()));
    const accounts = [...new Set(events.map((event) => event.account))];
    const { object } = first;
    return [this.launch(body, login, { summary: summaryOf(body), events: events.length, accounts, object })];
  }

  private skip(event: WebhookEvent, reason: string): Delivery {
    const body = metaJson(batchBody([event], 'instagram', this.parts.clock.now()));
    const { object } = event;
    const login = object === 'instagram' ? 'instagram' : 'facebook';
    const driven = this.register(body, login, { summary: summaryOf(body), events: 1, accounts: [], object });
    this.finish(driven, 'skipped', reason);
    return driven.delivery;
  }

  private launch(body: string, login: Login, about: About): Delivery {
    const driven = this.register(body, login, about);
    if (this.heldBack) {
      driven.delivery.state = 'held';
      this.heldBack.push(driven);
      this.announce(driven.delivery);
    } else {
      this.start(driven);
    }
    return driven.delivery;
  }

  private register(body: string, login: Login, { summary, events, accounts, object }: About): Driven {
    let settle!: (delivery: Delivery) => void;
    const settled = new Promise<Delivery>((resolve) => (settle = resolve));
    const delivery: Delivery = {
      id: this.log.length + 1,
      login,
      body,
      summary,
      events,
      createdAt: this.parts.clock.now(),
      attempts: [],
      state: 'pending',
      settled,
    };
    this.log.push(delivery);
    return { delivery, accounts, object, openCopies: 1, settle };
  }

  private start(driven: Driven): void {
    driven.delivery.state = 'pending';
    this.open.add(driven);
    this.announce(driven.delivery);
    const { duplicates, shuffleMs } = this.options;
    const whole = Math.floor(duplicates);
    const copies = 1 + whole + (this.parts.random.chance(duplicates - whole) ? 1 : 0);
    driven.openCopies = copies;
    for (let copy = 0; copy < copies; copy++) {
      const waitMs = shuffleMs > 0 ? this.parts.random.below(shuffleMs) : 0;
      if (waitMs > 0) this.later(waitMs, () => void this.attempt(driven));
      else void this.attempt(driven);
    }
  }

  private async attempt(driven: Driven): Promise<void> {
    const { delivery } = driven;
    const url = this.urlFor(delivery.login);
    if (!url) return this.finish(driven, 'skipped', 'no webhook URL is set');
    await this.slot();
    const headers = signatureHeaders(delivery.body, this.parts.secrets[delivery.login]);
    const attempt = await this.post.send(url, delivery.body, headers, this.options.timeoutMs);
    this.freeSlot();
    if (this.stopped) return;
    delivery.attempts.push(attempt);
    if (attempt.status !== null && attempt.status >= 200 && attempt.status < 300) {
      return this.finish(driven, 'delivered');
    }
    if (delivery.state === 'pending') this.retryOrDrop(driven);
    else this.finish(driven, delivery.state);
  }

  private retryOrDrop(driven: Driven): void {
    const { retryDelaysMs } = this.options;
    const { giveUpAfterMs = patienceOf[driven.object].givesUpAfterMs } = this.options;
    const { unsubscribeAfterFailingMs = patienceOf[driven.object].unsubscribesAfterMs } = this.options;
    const failingMs = this.parts.clock.now() - driven.delivery.createdAt;
    if (unsubscribeAfterFailingMs !== null && failingMs >= unsubscribeAfterFailingMs) {
      for (const account of driven.accounts) account.subscriptions[driven.delivery.login].clear();
    }
    if (failingMs >= giveUpAfterMs) return this.finish(driven, 'dropped', 'not taken within the time Meta retries');
    const turn = Math.min(driven.delivery.attempts.length, retryDelaysMs.length) - 1;
    this.announce(driven.delivery);
    this.later(retryDelaysMs[turn] ?? 60_000, () => void this.attempt(driven));
  }

  private finish(driven: Driven, state: DeliveryState, reason?: string): void {
    driven.delivery.state = state;
    if (reason) driven.delivery.reason = reason;
    this.announce(driven.delivery);
    if (--driven.openCopies > 0 && !this.stopped) return;
    this.open.delete(driven);
    driven.settle(driven.delivery);
  }

  private announce({ id, state, login, summary, attempts, reason }: Delivery): void {
    const last = attempts.at(-1);
    this.parts.live.tell({ kind: 'delivery', id, state, login, summary, reason, attempts: attempts.length, last });
  }

  private urlFor(login: Login): string | null {
    const { url, metaUrl } = this.options;
    if (login === 'instagram') return url;
    return metaUrl === undefined ? (url?.replace('/webhook/instagram', '/webhook/meta') ?? null) : metaUrl;
  }

  private async slot(): Promise<void> {
    if (this.inFlight < this.options.concurrency) {
      this.inFlight++;
      return;
    }
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Hands the slot to who waits longest, so that `inFlight` stays as it is. */
  private freeSlot(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.inFlight--;
  }

  /** Does something after so many milliseconds of the machine’s, unless it was stopped by then. */
  later(ms: number, action: () => void): void {
    if (this.stopped) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    this.timers.add(timer);
  }
}
