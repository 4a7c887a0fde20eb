import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Random } from '#libs/sandbox';
import { crashPoints, reached, type CrashPoint } from './crash-points.js';
import { addForeignJobs } from './foreign-jobs.js';
import type { ChaosOptions } from './options.js';
import { MongoFaults } from './mongo-faults.js';
import type { Note, People } from './people.js';
import type { Supervised } from './processes.js';
import { showsAfterMs, type ChaosStack } from './stack.js';
import type { StoreWatch } from './store-watch.js';

/** A fault that struck, and the line that somebody wrote at that very moment. */
export interface Struck {
  kind: string;
  at: number;
  canary: Note;
}

export interface Planned {
  kind: string;
  atMs: number;
  run: (struck: () => void) => Promise<void>;
}

/** What one thing breaks must be whole again before the next breaks it. */
type Target = 'workers' | 'apis' | 'redis' | 'mongo' | 'model' | 'graph';

/** The seeded script of everything that goes wrong. */
export class FaultScript {
  readonly struck: Struck[] = [];
  readonly missed: string[] = [];
  /** How long processes took to end when asked to, ms. */
  readonly endsMs: { name: string; tookMs: number }[] = [];
  private readonly random: Random;
  private readonly busy = new Map<Target, Promise<unknown>>();
  private readonly mongo: MongoFaults;
  readonly plan: Planned[];

  constructor(
    private readonly stack: ChaosStack,
    private readonly people: People,
    private readonly watch: StoreWatch,
    private readonly options: ChaosOptions,
    private readonly log: (line: string) => void,
  ) {
    this.random = new Random(options.seed + 1);
    this.mongo = new MongoFaults(stack.mongo, (kind, harm) => this.fault(kind, 'mongo', harm));
    this.plan = options.faults ? this.makePlan() : [];
  }

  /** Runs the whole plan; resolves when everything that was broken is whole again. */
  async run(): Promise<void> {
    const startedAt = Date.now();
    const running: Promise<void>[] = [];
    for (const planned of this.plan) {
      await delay(Math.max(0, startedAt + planned.atMs - Date.now()));
      running.push(this.strike(planned));
    }
    await Promise.all(running);
  }

  /** Answers lost, late, or not what happened; echoes in every order: all through the load. */
  startNoise(): () => void {
    if (!this.options.faults) return () => undefined;
    const { faults, webhooks } = this.stack.local.sandbox;
    const { seed } = this.options;
    faults.add({ route: 'send', mode: 'latency', latencyMs: 120, rate: 0.3, seed });
    faults.add({ route: 'send', mode: 'drop_answer', rate: 0.08, seed: seed + 1 });
    faults.add({ route: 'send', mode: 'reset_after_acting', rate: 0.09, seed: seed + 2 });
    faults.add({ route: 'send', mode: 'timeout_after_acting', rate: 0.08, seed: seed + 3 });
    faults.add({ route: 'send', mode: 'no_id', rate: 0.04, seed: seed + 4 });
    const error = { route: 'send', mode: 'error', afterActing: true } as const;
    faults.add({ ...error, error: 'sent_but_error', rate: 0.06, seed: seed + 5 });
    // “Try again”, said of what was sent and of what was not; and what was taken shows late, just then, too.
    faults.add({ ...error, error: 'transient', rate: 0.03, seed: seed + 6 });
    faults.add({ ...error, error: 'transient', afterActing: false, rate: 0.03, seed: seed + 7 });
    const late = showsAfterMs[this.options.short ? 'short' : 'long'];
    faults.add({ ...error, error: 'transient', showsAfterMs: late, rate: 0.03, seed: seed + 9 });
    faults.add({ route: 'send', mode: 'late_traces', showsAfterMs: late / 2, rate: 0.1, seed: seed + 8 });
    this.stack.models.fail({ mode: 'rate_limit', rate: 0.06, seed });
    this.stack.models.fail({ mode: 'server_error', rate: 0.06, seed: seed + 1 });
    const echoes = ['after', 'before', 'twice', 'after', 'never'] as const;
    let turn = 0;
    const timer = setInterval(() => webhooks.configure({ echo: echoes[turn++ % echoes.length] }), 1_700);
    return () => {
      clearInterval(timer);
      faults.clear();
      this.stack.models.clearFaults();
      webhooks.configure({ echo: 'after', duplicates: 0, shuffleMs: 0, batchSize: 1, batchWaitMs: 0 });
    };
  }

  private async strike({ kind, run }: Planned): Promise<void> {
    const struck = (): void => {
      this.log(kind);
      this.struck.push({ kind, at: Date.now(), canary: this.people.canary() });
    };
    try {
      await run(struck);
    } catch (error) {
      this.missed.push(`${kind}: ${(error as Error).message}`);
    }
  }

  private makePlan(): Planned[] {
    const { loadMs, short } = this.options;
    if (short)
      return this.spread([...this.random.shuffled(this.sends(7)), ...this.random.shuffled(this.once())], loadMs);
    const rounds = Math.max(1, Math.round(loadMs / 240_000));
    const all = Array.from({ length: rounds }, () =>
      this.random.shuffled([...this.sends(8), ...this.once(), ...this.longOnes()]),
    );
    return this.spread(all.flat(), loadMs);
  }

  /** Evenly, each a little off. */
  private spread(faults: Omit<Planned, 'atMs'>[], loadMs: number): Planned[] {
    const gapMs = (loadMs * 0.95) / faults.length;
    return faults.map((fault, n) => ({ ...fault, atMs: Math.round((n + 0.2 + this.random.next() * 0.6) * gapMs) }));
  }

  private sends(points: number): Omit<Planned, 'atMs'>[] {
    return crashPoints
      .slice(0, points)
      .flatMap((point) => Array.from({ length: this.options.crashes }, () => this.crashAt(point)));
  }

  private once(): Omit<Planned, 'atMs'>[] {
    const { redis, models, local } = this.stack;
    const { faults } = local.sandbox;
    return [
      this.killApi(),
      this.killWorker(),
      this.fault('redis killed', 'redis', async () => {
        await redis.kill();
        await delay(800);
        await redis.restart();
      }),
      this.fault('redis frozen 3 s', 'redis', async () => {
        redis.pause();
        await delay(3_000);
        redis.resume();
      }),
      ...(this.options.flush ? [this.fault('redis emptied', 'redis', () => this.flushAll())] : []),
      ...this.mongo.once(),
      this.fault('jobs of another version', 'redis', () => addForeignJobs(this.stack)),
      this.fault('rate limit by Meta', 'graph', async () => {
        const { accounts, numbers } = local.sandbox;
        for (const { igId: account } of accounts)
          faults.add({ route: 'send', mode: 'error', error: 'rate_limit', account, count: 1 });
        for (const { phoneNumberId: account } of numbers)
          faults.add({ route: 'send', mode: 'error', error: 'number_rate', account, count: 1 });
        await delay(500);
      }),
      this.fault('model hangs', 'model', async () => {
        models.fail({ mode: 'hang', count: 3 });
        await delay(1_000);
      }),
    ];
  }

  private longOnes(): Omit<Planned, 'atMs'>[] {
    const { redis, models, local, apis, workers } = this.stack;
    return [
      ...[0, 1, 2].map(() => this.killWorker()),
      ...[0, 1].map(() => this.killApi()),
      this.fault('redis away 8 s', 'redis', async () => {
        await redis.kill();
        await delay(8_000);
        await redis.restart();
      }),
      ...this.mongo.longOnes(),
      // Longer than every lease: whoever wakes up must find that it may write nothing any more.
      this.fault('worker frozen 40 s', 'workers', () => this.freeze(this.pick(workers), 40_000)),
      this.freezeAt('model answered', 25_000),
      this.freezeAt('send claimed', 36_000),
      this.freezeAt('call under way', 30_000),
      this.fault('api frozen 6 s', 'apis', () => this.freeze(this.pick(apis), 6_000)),
      this.fault('model down 6 s', 'model', async () => {
        models.fail({ mode: 'server_error', count: 15 });
        await delay(6_000);
      }),
      this.fault('graph refuses 4 s', 'graph', async () => {
        const { id } = local.sandbox.faults.add({ route: '*', mode: 'refuse' });
        await delay(4_000);
        local.sandbox.faults.clear(id);
      }),
      this.fault('1000 events in a body', 'graph', async () => this.people.flood(1_000)),
      this.rollingRestart(),
    ];
  }

  /** SIGTERM, one after the other, as a deployment does. */
  rollingRestart(): Omit<Planned, 'atMs'> {
    return this.fault('rolling restart', 'apis', () =>
      this.exclusively('workers', async () => {
        for (const process of [...this.stack.apis, ...this.stack.workers]) {
          this.endsMs.push({ name: process.name, tookMs: await process.deploy() });
        }
      }),
    );
  }

  private killApi(): Omit<Planned, 'atMs'> {
    return this.fault('api killed', 'apis', () => this.killAndWait([this.pick(this.stack.apis)]));
  }

  private killWorker(): Omit<Planned, 'atMs'> {
    return this.fault('worker killed', 'workers', () => this.killAndWait([this.pick(this.stack.workers)]));
  }

  private crashAt(point: CrashPoint): Omit<Planned, 'atMs'> {
    const kind = `worker killed: ${point}`;
    return { kind, run: (struck) => this.at(point, struck, kind, (victims) => this.killAndWait(victims)) };
  }

  private freezeAt(point: CrashPoint, forMs: number): Omit<Planned, 'atMs'> {
    const kind = `worker frozen ${forMs / 1000} s: ${point}`;
    return {
      kind,
      run: (struck) =>
        this.at(point, struck, kind, async (victims) => {
          await Promise.all(victims.map((victim) => this.freeze(victim, forMs)));
        }),
    };
  }

  private async at(
    point: CrashPoint,
    struck: () => void,
    kind: string,
    harm: (victims: Supervised[]) => Promise<unknown>,
  ): Promise<void> {
    await this.exclusively('workers', async () => {
      const victims = await reached(point, this.stack, this.watch);
      if (!victims) {
        this.missed.push(`${kind}: nothing came along`);
        return;
      }
      const harmed = harm(victims);
      struck();
      await harmed;
    });
  }

  private fault(kind: string, target: Target, harm: () => Promise<unknown>): Omit<Planned, 'atMs'> {
    return {
      kind,
      run: (struck) =>
        this.exclusively(target, async () => {
          const harmed = harm();
          struck();
          await harmed;
        }),
    };
  }

  private async killAndWait(victims: Supervised[]): Promise<void> {
    await Promise.all(
      victims.map(async (victim) => {
        await victim.kill(100 + this.random.below(700));
        await victim.untilHealthy(6_000);
      }),
    );
  }

  private async freeze(victim: Supervised, forMs: number): Promise<void> {
    victim.freeze();
    await delay(forMs);
    victim.thaw();
  }

  private async flushAll(): Promise<void> {
    const client = new Redis(this.stack.redis.url);
    await client.flushall();
    client.disconnect();
  }

  private async exclusively<T>(target: Target, work: () => Promise<T>): Promise<T> {
    const before = this.busy.get(target) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    this.busy.set(target, mine);
    return mine;
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.random.below(from.length)] as T;
  }
}
