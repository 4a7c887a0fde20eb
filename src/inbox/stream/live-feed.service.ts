import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { ChangesRepository, isPositionLost, mayBePosition, type ChangeReader } from './changes.repository.js';
import { HiddenConversationsService } from './hidden-conversations.service.js';
import { LiveEventBuilderService } from './live-event-builder.service.js';
import { streamed, type StreamedEvent } from './live-event.js';

/** One stream that listens. */
export interface Listener {
  /** Whose it is; the tenant whose events alone it takes, `undefined` for an admin's. */
  readonly tenant?: string;
  accepts(event: StreamedEvent): boolean;
  /** Must not block: a listener that can't keep up ends itself. */
  offer(event: StreamedEvent): void;
  /** Resolves when the client has taken what was offered so far. */
  drained(): Promise<void>;
  /** What it saw so far is not complete: the client must load its lists again. */
  reset(reason: 'too_old' | 'interrupted'): void;
  readonly closed: boolean;
}

const keptEvents = 2_000;
const keptChars = 8_000_000;
/** Without listeners, how long the changes are still read: a client that reconnects finds what it missed. */
const lingerMs = 60_000;
const retryMs = 1_000;
/** Each client that was away for long reads the store's changes on its own until it has caught up. */
const maxCatchingUp = 10;
/** Of one tenant, so that it can't take the others' places. */
const maxCatchingUpOfOne = 3;

/**
 * Hands the store's changes to every stream of this process. They are read once, from the first listener on; the
 * latest are kept, so that a client that comes back continues where it was.
 */
@Injectable()
export class LiveFeedService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(LiveFeedService.name);
  private readonly listeners = new Set<Listener>();
  private kept: StreamedEvent[] = [];
  private keptSize = 0;
  /** Every event after it is in `kept`. */
  private floor?: string;
  private position?: string;
  private reading?: { stop: AbortController; done: Promise<void>; ready: Promise<void> };
  private lingering?: NodeJS.Timeout;
  private readonly catchingUp: (string | undefined)[] = [];

  constructor(
    private readonly changes: ChangesRepository,
    private readonly builder: LiveEventBuilderService,
    private readonly hidden: HiddenConversationsService,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.stop();
  }

  /** Everything up to here has been handed out. */
  get latest(): string | undefined {
    return this.position;
  }

  /**
   * Begins to hand events to a listener, after those it missed.
   * @param after the last event its client saw; from now on when left out
   */
  async attach(listener: Listener, after?: string): Promise<void> {
    clearTimeout(this.lingering);
    await this.start();
    const from = after === undefined ? this.position : await this.catchUp(listener, after);
    // No await from here on: an event that arrives in between would be missed or come twice.
    for (const event of this.kept) if (from !== undefined && event.id > from) hand(event, listener);
    if (!listener.closed) this.listeners.add(listener);
    else this.lingerIfUnused();
  }

  detach(listener: Listener): void {
    this.listeners.delete(listener);
    this.lingerIfUnused();
  }

  private lingerIfUnused(): void {
    if (this.listeners.size > 0 || this.catchingUp.length > 0) return;
    clearTimeout(this.lingering);
    this.lingering = setTimeout(() => {
      if (this.listeners.size === 0) void this.stop();
    }, lingerMs).unref();
  }

  private async start(): Promise<void> {
    if (!this.reading) {
      const stop = new AbortController();
      let begun = (): void => undefined;
      const ready = new Promise<void>((resolve) => (begun = resolve));
      this.reading = { stop, ready, done: this.read(stop.signal, begun) };
    }
    await this.reading.ready;
  }

  private async stop(): Promise<void> {
    const { reading } = this;
    this.reading = undefined;
    clearTimeout(this.lingering);
    reading?.stop.abort();
    await reading?.done;
    this.forget();
  }

  private forget(): void {
    this.hidden.forget();
    this.kept = [];
    this.keptSize = 0;
    this.floor = undefined;
    this.position = undefined;
  }

  /** Reads on through failures: MongoDB may be away for a while, or elect another primary. */
  private async read(signal: AbortSignal, begun: () => void): Promise<void> {
    while (!signal.aborted) {
      let reader: ChangeReader | undefined;
      try {
        reader = this.changes.open(this.position);
        await this.readFrom(reader, signal, begun);
      } catch (error) {
        if (signal.aborted) break;
        this.logger.warn({ msg: 'reading changes failed; reading on from where it was', err: error });
        if (isPositionLost(error)) this.interrupt();
        await delay(retryMs, undefined, { signal }).catch(() => undefined);
      } finally {
        await reader?.close().catch((error: unknown) => this.logger.debug({ msg: 'change reader', err: error }));
      }
    }
    begun();
  }

  private async readFrom(reader: ChangeReader, signal: AbortSignal, begun: () => void): Promise<void> {
    while (!signal.aborted) {
      const change = await reader.next();
      const position = reader.position;
      if (position === undefined || signal.aborted) continue;
      if (change) this.hidden.learn(change);
      const event = change && (await this.builder.build(change, position));
      this.floor ??= position;
      this.position = position;
      if (event) this.publish(streamed(event));
      begun();
    }
  }

  private publish(event: StreamedEvent): void {
    this.kept.push(event);
    this.keptSize += event.text.length;
    while (this.kept.length > keptEvents || this.keptSize > keptChars) {
      const oldest = this.kept.shift() as StreamedEvent;
      this.keptSize -= oldest.text.length;
      this.floor = oldest.id;
    }
    for (const listener of this.listeners) hand(event, listener);
  }

  /** What happened meanwhile can't be told any more. */
  private interrupt(): void {
    this.forget();
    for (const listener of this.listeners) listener.reset('interrupted');
  }

  /** @returns the position up to which the listener has been told everything */
  private async catchUp(listener: Listener, after: string): Promise<string | undefined> {
    const isPosition = mayBePosition(after, this.position);
    if (isPosition && this.isKept(after)) return after;
    // What is no position of MongoDB's says nothing of what its client saw.
    if (!isPosition || !this.mayCatchUp(listener)) {
      listener.reset('too_old');
      return this.position;
    }
    this.catchingUp.push(listener.tenant);
    try {
      return await this.readMissed(listener, after);
    } catch (error) {
      this.logger.debug({ msg: 'a client came back too late to be told what it missed', err: error });
      listener.reset('too_old');
      return this.position;
    } finally {
      this.catchingUp.splice(this.catchingUp.indexOf(listener.tenant), 1);
    }
  }

  private mayCatchUp({ tenant }: Listener): boolean {
    const itsOwn = this.catchingUp.filter((other) => other === tenant).length;
    return this.catchingUp.length < maxCatchingUp && itsOwn < maxCatchingUpOfOne;
  }

  private async readMissed(listener: Listener, after: string): Promise<string> {
    const reader = this.changes.open(after, listener.tenant === undefined ? undefined : [listener.tenant]);
    try {
      let position = after;
      while (!this.isKept(position) && !listener.closed) {
        const change = await reader.next();
        position = reader.position ?? position;
        const event = change && (await this.builder.build(change, position));
        if (!event) continue;
        hand(streamed(event), listener);
        await listener.drained();
      }
      return position;
    } finally {
      await reader.close();
    }
  }

  private isKept(position: string): boolean {
    return this.floor !== undefined && position >= this.floor;
  }
}

function hand(event: StreamedEvent, listener: Listener): void {
  if (!listener.closed && listener.accepts(event)) listener.offer(event);
}
