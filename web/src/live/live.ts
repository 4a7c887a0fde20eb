import { Observable } from '../ui/observable.js';
import { LiveConnection, type LineState } from './live-connection.js';
import type { SseEvent } from './sse-parser.js';

type Word = { kind: 'event'; event: SseEvent } | { kind: 'line'; line: LineState } | { kind: 'who' };

/** What a follower bears without a word of the tab that holds the stream; heartbeats are passed on as lines. */
const patienceMs = 50_000;
const sayMs = 15_000;

/**
 * One stream for all tabs of a person: browsers open no more than six connections to a server. The tab that holds the
 * lock reads, and tells the others; when it closes or freezes another takes over where it was.
 */
export class Live {
  readonly line = new Observable<LineState>({ state: 'connecting' });
  private channel: BroadcastChannel | undefined;
  private gone = new AbortController();
  private connection: LiveConnection | undefined;
  private lastId: string | undefined;
  private heardAt = Date.now();
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly name: string,
    private readonly onEvent: (event: SseEvent) => void,
  ) {}

  start(): void {
    this.gone = new AbortController();
    this.channel = new BroadcastChannel(`live:${this.name}`);
    this.channel.onmessage = ({ data }: MessageEvent<Word>) => this.hear(data);
    this.say({ kind: 'who' });
    this.timer = setInterval(() => this.look(), sayMs);
    this.queueUp(false);
  }

  stop(): void {
    clearInterval(this.timer);
    this.gone.abort();
    this.connection?.stop();
    this.connection = undefined;
    this.channel?.close();
    this.channel = undefined;
  }

  /** Waits to be the one that reads. Where there are no locks (plain http on a network) each tab reads for itself. */
  private queueUp(steal: boolean): void {
    if (!('locks' in navigator)) return this.lead();
    const { signal } = this.gone;
    const held = () =>
      new Promise<void>((resolve) => {
        if (signal.aborted) return resolve();
        signal.addEventListener('abort', () => resolve());
        this.lead();
      });
    const options: LockOptions = steal ? { steal: true } : { signal };
    navigator.locks.request(`live:${this.name}`, options, held).catch(() => {
      if (signal.aborted) return;
      // Another tab took it, because this one was frozen: follow.
      this.connection?.stop();
      this.connection = undefined;
      this.queueUp(false);
    });
  }

  private lead(): void {
    if (this.connection) return;
    const connection = new LiveConnection((event) => {
      this.say({ kind: 'event', event });
      this.take(event);
    });
    this.connection = connection;
    connection.line.subscribe(() => this.tell());
    connection.start(this.lastId);
  }

  private hear(word: Word): void {
    this.heardAt = Date.now();
    if (word.kind === 'who') this.tell();
    else if (this.connection) return;
    else if (word.kind === 'event') this.take(word.event);
    else this.line.set(word.line);
  }

  private take(event: SseEvent): void {
    this.lastId = event.id ?? this.lastId;
    this.onEvent(event);
  }

  private tell(): void {
    if (!this.connection) return;
    this.line.set(this.connection.line.get());
    this.say({ kind: 'line', line: this.line.get() });
  }

  private look(): void {
    if (this.connection) this.tell();
    else if (Date.now() - this.heardAt > patienceMs && 'locks' in navigator) {
      this.heardAt = Date.now();
      this.queueUp(true);
    }
  }

  private say(word: Word): void {
    this.channel?.postMessage(word);
  }
}
