import { type AppProcess } from '../../scripts/stack/server-process.js';

/**
 * A server process under a supervisor, as any deployment has one: when it ends it is started again.
 * What a fault does to it on purpose is told apart from an end of its own.
 */
export class Supervised {
  readonly unexpectedEnds: number[] = [];
  private wanted = false;
  private frozen = false;
  private killing = false;
  private timer?: NodeJS.Timeout;
  private restartAt = 0;

  constructor(readonly app: AppProcess) {}

  get name(): string {
    return this.app.options.name;
  }

  async start(): Promise<void> {
    await this.app.start(60_000);
    this.wanted = true;
    this.timer ??= setInterval(() => this.supervise(), 100);
  }

  /** kill -9; the supervisor starts it again `downMs` later. */
  async kill(downMs = 300): Promise<void> {
    this.killing = true;
    this.restartAt = Date.now() + downMs;
    await this.app.kill();
    this.frozen = false;
    this.killing = false;
  }

  freeze(): void {
    this.frozen = true;
    this.app.signal('SIGSTOP');
  }

  thaw(): void {
    this.frozen = false;
    this.app.signal('SIGCONT');
  }

  /** SIGTERM, then started again once it has ended. @returns how long its end took, ms */
  async deploy(): Promise<number> {
    this.wanted = false;
    const tookMs = await this.app.stop(30_000);
    this.app.launch();
    this.wanted = true;
    await this.untilHealthy(60_000);
    return tookMs;
  }

  /** When the run itself ends in a hurry, nothing of it may stay behind. */
  abandon(): void {
    this.wanted = false;
    this.app.signal('SIGKILL');
  }

  async untilHealthy(timeoutMs = 30_000): Promise<boolean> {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (await this.app.isHealthy()) return true;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return false;
  }

  async stop(): Promise<number> {
    this.wanted = false;
    clearInterval(this.timer);
    if (this.frozen) this.thaw();
    return this.app.stop();
  }

  private supervise(): void {
    if (!this.wanted || this.killing || this.app.running || Date.now() < this.restartAt) return;
    if (this.restartAt === 0) {
      this.unexpectedEnds.push(Date.now());
      this.restartAt = Date.now() + 500;
      return;
    }
    this.restartAt = 0;
    this.app.launch();
  }
}
