import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** As in `npm run start:prod` and the image. Half the time at Meta's door went to collecting what a batch keeps alive. */
export const nodeFlags = ['--max-semi-space-size=32', '--max-old-space-size=512'];

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ServerProcessOptions {
  name: string;
  role: 'all' | 'api' | 'worker';
  port: number;
  /** Every setting; nothing of our own environment but PATH gets in. */
  env: Record<string, string>;
  /** Where the process's log goes. */
  logFile: string;
}

/** One process of the built server, as a deployment runs it: started, watched, stopped, killed, frozen. */
export class AppProcess {
  private child?: ChildProcess;
  private log?: WriteStream;
  private lastLines: string[] = [];

  constructor(readonly options: ServerProcessOptions) {}

  /** Where this machine reaches it. */
  get url(): string {
    const { port, env } = this.options;
    const host = env['HOST'] ?? '127.0.0.1';
    const own = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
    return `http://${own.includes(':') ? `[${own}]` : own}:${port}`;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** @throws {Error} with the last lines of its log when it does not become healthy */
  async start(timeoutMs = 120_000): Promise<void> {
    this.launch();
    const deadline = Date.now() + timeoutMs;
    while (!(await this.isHealthy())) {
      if (!this.running) throw new Error(`${this.options.name} ended while starting:\n${this.lastLines.join('')}`);
      if (Date.now() > deadline)
        throw new Error(`${this.options.name} is not healthy after ${timeoutMs} ms:\n${this.lastLines.join('')}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Starts it without waiting: while MongoDB is away it waits for it itself. */
  launch(): void {
    const { role, port, env, logFile } = this.options;
    this.log ??= createWriteStream(logFile, { flags: 'a' });
    const child = spawn(process.execPath, [...nodeFlags, 'dist/main.js'], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', ...env, ROLE: role, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.log?.write(chunk);
        this.lastLines = [...this.lastLines, chunk.toString()].slice(-20);
      });
    }
    this.child = child;
  }

  /** As a load balancer asks: Redis may be away. */
  async isHealthy(): Promise<boolean> {
    try {
      const answer = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      return answer.ok;
    } catch {
      return false;
    }
  }

  /** As a deployment does: SIGTERM, and SIGKILL for one that does not end. @returns how long it took, ms */
  async stop(graceMs = 15_000): Promise<number> {
    const startedAt = Date.now();
    if (this.running) {
      this.signal('SIGCONT');
      this.signal('SIGTERM');
      const timer = setTimeout(() => this.signal('SIGKILL'), graceMs);
      await this.ended();
      clearTimeout(timer);
    }
    this.log?.end();
    this.log = undefined;
    return Date.now() - startedAt;
  }

  /** kill -9. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended();
  }

  /** SIGSTOP, SIGCONT and the like; nothing happens to a process that has ended. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child?.kill(signal);
  }

  private async ended(): Promise<void> {
    const { child } = this;
    if (!child || !this.running) return;
    await new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  }
}
