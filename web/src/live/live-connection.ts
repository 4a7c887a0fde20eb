import { expireSession, pastedToken } from '../session/index.js';
import { Observable } from '../ui/observable.js';
import { SseParser, type SseEvent } from './sse-parser.js';

export type LineState = { state: 'connecting' | 'live' } | { state: 'reconnecting' | 'offline'; sinceMs: number };

/** A comment comes every 15 s. */
const silenceMs = 35_000;
const longestPauseMs = 30_000;

/**
 * The one stream of live events. Comes back for ever, with the last position it was told, so that nothing is missed or
 * the server says `reset`.
 */
export class LiveConnection {
  readonly line = new Observable<LineState>({ state: 'connecting' });
  private lastId: string | undefined;
  private failures = 0;
  private stopped = false;
  private attempt: AbortController | undefined;
  private wake: (() => void) | undefined;

  constructor(private readonly onEvent: (event: SseEvent) => void) {}

  start(lastId?: string): void {
    this.lastId = lastId;
    window.addEventListener('online', this.retryNow);
    window.addEventListener('offline', this.lost);
    document.addEventListener('visibilitychange', this.retryNow);
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    window.removeEventListener('online', this.retryNow);
    window.removeEventListener('offline', this.lost);
    document.removeEventListener('visibilitychange', this.retryNow);
    this.attempt?.abort();
    this.wake?.();
  }

  private readonly retryNow = (): void => this.wake?.();

  private readonly lost = (): void => {
    this.attempt?.abort();
    this.down();
  };

  private async run(): Promise<void> {
    while (!this.stopped) {
      await this.read().catch(() => undefined);
      if (this.stopped) return;
      this.down();
      await this.pause();
    }
  }

  private down(): void {
    const now = this.line.get();
    const sinceMs = 'sinceMs' in now ? now.sinceMs : Date.now();
    this.line.set({ state: navigator.onLine ? 'reconnecting' : 'offline', sinceMs });
  }

  private async pause(): Promise<void> {
    const ms = Math.min(longestPauseMs, 500 * 2 ** Math.min(this.failures++, 6)) * (0.5 + Math.random() / 2);
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, ms);
    });
    this.wake = undefined;
  }

  private async read(): Promise<void> {
    const attempt = new AbortController();
    this.attempt = attempt;
    let watch = setTimeout(() => attempt.abort(), silenceMs);
    try {
      const token = pastedToken();
      const answer = await fetch('/inbox/stream', {
        headers: {
          accept: 'text/event-stream',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(this.lastId ? { 'last-event-id': this.lastId } : {}),
        },
        signal: attempt.signal,
        cache: 'no-store',
      });
      if (answer.status === 401) expireSession();
      if (!answer.ok || !answer.body) throw new Error(`stream answered ${answer.status}`);
      const parser = new SseParser((event) => this.take(event));
      for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
        clearTimeout(watch);
        watch = setTimeout(() => attempt.abort(), silenceMs);
        parser.feed(chunk);
        this.lastId = parser.lastId ?? this.lastId;
      }
    } finally {
      clearTimeout(watch);
      attempt.abort();
    }
  }

  private take(event: SseEvent): void {
    if (event.name === 'ready') {
      this.failures = 0;
      this.line.set({ state: 'live' });
    }
    // What it knows is of no use any more; the next position comes with the next event.
    if (event.name === 'reset') this.lastId = undefined;
    this.onEvent(event);
  }
}
