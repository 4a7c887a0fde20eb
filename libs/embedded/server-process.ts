import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedServiceError } from './errors.js';
import { findFreePort, isListening, isPortFree } from './free-port.js';
import type { ProgressLog } from './log.js';
import { watch, type Watchdog } from './watchdog.js';

export interface ServerOptions {
  /** Where the data is kept, and found again next time. Left out: a temporary folder, removed with the server. */
  dataDir?: string;
  /** A port of 127.0.0.1; a free one when left out (the one used last time, if the data folder knows it). */
  port?: number;
  log?: ProgressLog;
}

/** What is left in the data folder while a server runs on it, and tells the next start which port to prefer. */
interface Occupant {
  pid: number;
  port: number;
}

const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;

/**
 * A database server of our own: a child process on a port of 127.0.0.1 with a data folder. It keeps port and data over
 * {@link kill} and {@link restart}, and never outlives this process.
 */
export abstract class ServerProcess {
  #child?: ChildProcess;
  #watchdog?: Watchdog;
  #port = 0;
  #folder = '';

  /** @param program absolute path of the server's executable */
  protected constructor(
    protected readonly program: string,
    protected readonly options: ServerOptions,
  ) {}

  /** What a person calls it, such as `MongoDB`. */
  abstract readonly label: string;

  /** How a client connects; stays the same over restarts. */
  abstract readonly url: string;

  protected abstract args(port: number, folder: string): string[];

  /** Every port that a server on this one listens on. */
  protected portsOf(port: number): number[] {
    return [port];
  }

  /** Rejects while the server can't be reached or takes no writes yet; else gives the process id it says it has. */
  protected abstract ready(): Promise<number>;

  get port(): number {
    return this.#port;
  }

  /** Where data and the server's own log (`server.log`) are. */
  get folder(): string {
    return this.#folder;
  }

  /** The running child process, or undefined while stopped or killed. */
  get process(): ChildProcess | undefined {
    return this.#child;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts it and waits until it takes writes.
   * @throws {EmbeddedServiceError} with the last lines of the server's log when it doesn't come up
   */
  async start(): Promise<void> {
    if (this.#child) return;
    const firstStart = this.#folder === '';
    if (firstStart) await this.prepareFolder();
    const chosenHere = firstStart && this.options.port === undefined;
    for (let attempt = 1; ; attempt += 1) {
      if (chosenHere) this.#port = attempt === 1 ? await this.preferredPort() : await this.findPort();
      try {
        await this.launch();
        return;
      } catch (error) {
        // Between finding a port free and listening on it somebody else may have taken it.
        if (chosenHere && attempt < 3 && !(await this.isFree(this.#port))) continue;
        if (firstStart) await this.discard();
        throw error;
      }
    }
  }

  /** Ends it in an orderly way; a temporary data folder is removed. Stopping twice does nothing. */
  async stop(): Promise<void> {
    // Nobody will read temporary data again, so it need not be written out.
    await this.end(this.options.dataDir === undefined ? 'SIGKILL' : 'SIGTERM');
    await this.discard();
  }

  /** As a crash would: SIGKILL, without a chance to write anything. Data folder and port are kept for a restart. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Ends it in an orderly way if it still runs, then starts it with the same port and data. */
  async restart(): Promise<void> {
    await this.end('SIGTERM');
    await this.start();
  }

  /** Freezes it (SIGSTOP): connections stay open and nothing answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets it go on after {@link pause}. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  private async prepareFolder(): Promise<void> {
    const { dataDir } = this.options;
    if (dataDir === undefined) {
      this.#folder = await mkdtemp(join(tmpdir(), `${this.label.toLowerCase()}-`));
    } else {
      this.#folder = dataDir;
      await mkdir(dataDir, { recursive: true });
      await this.refuseOccupiedFolder();
    }
    if (this.options.port !== undefined) this.#port = this.options.port;
  }

  /** Two Redis servers that append to one file destroy it, and Redis itself doesn't look. */
  private async refuseOccupiedFolder(): Promise<void> {
    const occupant = await this.readOccupant();
    if (occupant && isAlive(occupant.pid) && (await isListening(occupant.port))) {
      throw new EmbeddedServiceError(
        `${this.label} already runs on ${this.#folder} (process ${occupant.pid}, port ${occupant.port}). ` +
          'Stop what started it, or use another data folder.',
      );
    }
  }

  private async preferredPort(): Promise<number> {
    const last = (await this.readOccupant())?.port;
    return last !== undefined && (await this.isFree(last)) ? last : this.findPort();
  }

  private findPort(): Promise<number> {
    return findFreePort((port) => this.isFree(port));
  }

  private async isFree(port: number): Promise<boolean> {
    const free = await Promise.all(this.portsOf(port).map((one) => isPortFree(one)));
    return free.every(Boolean);
  }

  private async readOccupant(): Promise<Occupant | undefined> {
    const text = await readFile(this.occupantFile(), 'utf8').catch(() => '');
    const [pid, port] = text.split(' ').map(Number);
    return pid && port ? { pid, port } : undefined;
  }

  private occupantFile(): string {
    return join(this.#folder, 'server.pid');
  }

  private logFile(): string {
    return join(this.#folder, 'server.log');
  }

  private async launch(): Promise<void> {
    if (!(await this.isFree(this.#port))) {
      throw new EmbeddedServiceError(`${this.label} can't listen on 127.0.0.1:${this.#port}: the port is in use.`);
    }
    const child = this.spawnChild();
    try {
      await once(child, 'spawn');
      await writeFile(this.occupantFile(), `${child.pid} ${this.#port}`);
      await this.waitUntilReady(child);
    } catch (error) {
      await this.end('SIGKILL');
      throw error;
    }
    this.options.log?.(`${this.label} runs on 127.0.0.1:${this.#port}`);
  }

  private spawnChild(): ChildProcess {
    const output = openSync(this.logFile(), 'a');
    // Its own process group: Ctrl-C reaches us alone, and we end the servers after what uses them.
    const child = spawn(this.program, this.args(this.#port, this.#folder), {
      cwd: this.#folder,
      stdio: ['ignore', output, output],
      detached: true,
    });
    closeSync(output);
    if (child.pid !== undefined) {
      this.#watchdog = watch(child.pid, this.options.dataDir === undefined ? this.#folder : undefined);
    }
    child.unref();
    this.#child = child;
    child.once('exit', () => this.forget(child));
    return child;
  }

  /** The system may give an ended server's process id to anybody, so the watchdog must not keep it. */
  private forget(child: ChildProcess): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#watchdog?.dismiss();
    this.#watchdog = undefined;
  }

  private async waitUntilReady(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + startTimeoutMs;
    for (;;) {
      if (this.#child !== child) throw await this.startError('ended at once');
      try {
        // A client asked too early waits out its own time-outs before it says so.
        if (!(await isListening(this.#port))) throw new Error('not listening yet');
        const pid = await this.ready();
        if (pid === child.pid) return;
        throw new Error(`port ${this.#port} belongs to another server (process ${pid})`);
      } catch (error) {
        if (Date.now() > deadline) throw await this.startError(`did not answer in ${startTimeoutMs / 1000} s`, error);
      }
      await delay(25);
    }
  }

  private async startError(what: string, cause?: unknown): Promise<EmbeddedServiceError> {
    const log = await readFile(this.logFile(), 'utf8').catch(() => '');
    const tail = log.trim().split('\n').slice(-8).join('\n');
    return new EmbeddedServiceError(`${this.label} (${this.program}) ${what}. The end of its log:\n${tail}`, { cause });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child) return;
    if (child.pid === undefined) return this.forget(child); // it never ran
    child.ref();
    const exited = once(child, 'exit');
    child.kill(signal);
    child.kill('SIGCONT'); // a paused process would not see SIGTERM
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await exited;
    clearTimeout(timer);
  }

  private async discard(): Promise<void> {
    const folder = this.#folder;
    this.#folder = '';
    if (folder !== '' && this.options.dataDir === undefined) await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
