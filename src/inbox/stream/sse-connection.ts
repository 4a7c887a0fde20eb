import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { sseText, type StreamedEvent } from './live-event.js';
import type { Listener } from './live-feed.service.js';

/** What a client may leave unread before it is dropped: it comes back and is told the rest. */
const maxUnreadBytes = 1_000_000;
const heartbeatMs = 15_000;

/** One client's open stream. */
export class SseConnection implements Listener {
  private readonly heartbeat: NodeJS.Timeout;
  private readonly age: NodeJS.Timeout;

  /**
   * @param ageMs after which it ends
   * @param accepts whether the client may and wants to see an event
   * @param tenant whose events alone it takes; `undefined` for an admin's
   * @param latest the position up to which the client has been told everything; `undefined` while it catches up
   */
  constructor(
    private readonly response: ServerResponse,
    ageMs: number,
    readonly accepts: (event: StreamedEvent) => boolean,
    private readonly latest: () => string | undefined,
    readonly tenant?: string,
  ) {
    this.heartbeat = setInterval(() => this.beat(), heartbeatMs).unref();
    this.age = setTimeout(() => this.end(), ageMs).unref();
    response.on('close', () => {
      clearInterval(this.heartbeat);
      clearTimeout(this.age);
    });
    // The client went away in the middle of a write: `close` follows.
    response.on('error', () => undefined);
  }

  get closed(): boolean {
    return this.response.writableEnded || this.response.destroyed;
  }

  ready(id: string | undefined): void {
    this.write(sseText('ready', {}, id));
  }

  offer(event: StreamedEvent): void {
    this.write(event.text);
  }

  reset(reason: 'too_old' | 'interrupted'): void {
    this.write(sseText('reset', { reason }));
  }

  async drained(): Promise<void> {
    if (this.closed || !this.response.writableNeedDrain) return;
    await Promise.race([once(this.response, 'drain'), once(this.response, 'close')]);
  }

  end(): void {
    if (!this.closed) this.response.end();
  }

  /** A position without an event: a client that saw nothing for long still continues from here. */
  private beat(): void {
    const id = this.latest();
    this.write(id === undefined ? ': heartbeat\n\n' : `: heartbeat\nid: ${id}\n\n`);
  }

  private write(text: string): void {
    if (this.closed) return;
    this.response.write(text);
    if (this.response.writableLength > maxUnreadBytes) this.response.destroy();
  }
}
