import { setTimeout as delay } from 'node:timers/promises';
import { MongoReplicaSet, type MongodProcess } from '#libs/embedded';
import type { Planned } from './faults.js';

type Fault = Omit<Planned, 'atMs'>;

/** What befalls MongoDB: a server that is alone goes away, a set has to choose another primary. */
export class MongoFaults {
  constructor(
    private readonly mongo: MongodProcess | MongoReplicaSet,
    private readonly fault: (kind: string, harm: () => Promise<unknown>) => Fault,
  ) {}

  once(): Fault[] {
    const { mongo } = this;
    if (!(mongo instanceof MongoReplicaSet)) return [this.away('mongod killed', async () => mongo, 800)];
    return [
      // Long enough for the others to choose a new primary before the old one is back.
      this.away('mongo primary killed', () => mongo.primary(), 4_000),
      this.frozen('mongo primary frozen 5 s', () => mongo.primary(), 5_000),
      this.fault('mongo primary stepped down', () => mongo.stepDown()),
      this.away('mongo secondary killed', () => mongo.secondary(), 2_000),
    ];
  }

  longOnes(): Fault[] {
    const { mongo } = this;
    if (!(mongo instanceof MongoReplicaSet))
      return [
        this.frozen('mongod frozen 4 s', async () => mongo, 4_000),
        this.away('mongod away 6 s', async () => mongo, 6_000),
      ];
    return [
      this.away('mongo primary away 15 s', () => mongo.primary(), 15_000),
      this.frozen('mongo primary frozen 15 s', () => mongo.primary(), 15_000),
      this.frozen('mongo secondary frozen 6 s', () => mongo.secondary(), 6_000),
      // Back before anybody missed it: no other primary, and every connection broken.
      this.away('mongo primary restarted', () => mongo.primary(), 0),
    ];
  }

  private away(kind: string, whom: () => Promise<MongodProcess>, forMs: number): Fault {
    return this.fault(kind, async () => {
      const victim = await whom();
      await victim.kill();
      await delay(forMs);
      await victim.restart();
    });
  }

  private frozen(kind: string, whom: () => Promise<MongodProcess>, forMs: number): Fault {
    return this.fault(kind, async () => {
      const victim = await whom();
      victim.pause();
      await delay(forMs);
      victim.resume();
    });
  }
}
