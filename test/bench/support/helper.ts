import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { cpuSeconds } from '../measure/cpu.js';
import type { Order, Report } from './tasks.js';

export interface HelperRun<R> {
  result: R;
  /** CPU seconds of the watched groups of processes between the marks. */
  cpu: (number | undefined)[];
}

/** A process of the bench beside the product: the load generator, or a floor. It has an event loop of its own. */
export class Helper {
  private constructor(private readonly child: ChildProcess) {}

  /** @param program below test/bench, such as `load/generator.ts` */
  static async start(program: string, env: Record<string, string> = {}): Promise<Helper> {
    const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
    const child = fork(path, {
      execArgv: ['--import', 'tsx'],
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${program} ended with ${String(code)} while starting`);
    });
    ended.catch(() => undefined);
    await Promise.race([once(child, 'message'), ended]);
    return new Helper(child);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /**
   * Runs a task.
   * @param watched groups of process ids whose CPU time is read when the task marks its measured part
   */
  async run<R>(task: string, options: unknown, watched: (number | undefined)[][] = []): Promise<HelperRun<R>> {
    let begun: (number | undefined)[] = [];
    let ended: (number | undefined)[] = [];
    const { child } = this;
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        child.off('message', listen);
        child.off('exit', gone);
        act();
      };
      const gone = (): void => finish(() => reject(new Error(`the helper ended during ${task}`)));
      const listen = (report: Report): void => {
        if ('mark' in report) {
          const read = watched.map((pids) => cpuSeconds(pids));
          if (report.mark === 'begin') begun = read;
          else ended = read;
          child.send('marked');
        } else if ('error' in report) finish(() => reject(new Error(`${task}: ${report.error}`)));
        else if ('result' in report) {
          const cpu = watched.map((_, index) => difference(begun[index], ended[index]));
          finish(() => resolve({ result: report.result as R, cpu }));
        }
      };
      child.on('message', listen);
      child.on('exit', gone);
      child.send({ task, options } satisfies Order);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }
}

function difference(from: number | undefined, to: number | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : to - from;
}
