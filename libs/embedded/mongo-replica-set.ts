import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedServiceError } from './errors.js';
import { MongodProcess, pidOf, replicaSet, type MongoOptions } from './mongod-process.js';

/** One server of several: up as soon as it answers, whether or not it is the one that takes writes. */
class MongodMember extends MongodProcess {
  protected override ready(): Promise<number> {
    return this.ask(pidOf);
  }
}

const electionTimeoutMs = 60_000;

/**
 * A replica set of several `mongod`, as production has one: when its primary is gone, frozen or asked to step down, the
 * others choose another.
 */
export class MongoReplicaSet {
  readonly members: MongodProcess[];

  constructor(program: string, count: number, options: Omit<MongoOptions, 'port' | 'dataDir'> = {}) {
    this.members = Array.from({ length: count }, () => new MongodMember(program, { cacheGb: 0.25, ...options }));
  }

  get url(): string {
    return `mongodb://${this.members.map(({ host }) => host).join(',')}/?replicaSet=${replicaSet}`;
  }

  /**
   * Starts all of them, and waits until one takes writes.
   * @throws {EmbeddedServiceError} saying what failed; nothing is left running then
   */
  async start(): Promise<void> {
    try {
      await Promise.all(this.members.map((member) => member.start()));
      const members = this.members.map(({ host }, _id) => ({ _id, host }));
      // MongoDB's own 10 s until the others miss a primary would make a test of it mostly waiting.
      const settings = { electionTimeoutMillis: 2_000, heartbeatIntervalMillis: 500 };
      await this.members[0]?.ask((client) =>
        client.db('admin').command({ replSetInitiate: { _id: replicaSet, members, settings } }),
      );
      await this.primary();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop()));
  }

  /**
   * The member that takes writes now; waits while there is none.
   * @throws {EmbeddedServiceError} when none has been chosen within a minute
   */
  async primary(): Promise<MongodProcess> {
    const deadline = Date.now() + electionTimeoutMs;
    while (Date.now() < deadline) {
      const states = await Promise.all(this.members.map(async (member) => ({ member, is: await isPrimary(member) })));
      const found = states.find(({ is }) => is);
      if (found) return found.member;
      await delay(50);
    }
    throw new EmbeddedServiceError(`The ${this.members.length} members of the replica set chose no primary.`);
  }

  /** A running member that only follows. */
  async secondary(): Promise<MongodProcess> {
    const primary = await this.primary();
    const other = this.members.find((member) => member !== primary && member.pid !== undefined);
    if (!other) throw new EmbeddedServiceError('No other member of the replica set runs.');
    return other;
  }

  /** Makes the primary hand over in good order, as an upgrade of a cluster does. */
  async stepDown(): Promise<void> {
    const primary = await this.primary();
    await primary.ask((client) => client.db('admin').command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 }));
  }
}

/** A member that is down, frozen or not yet in its set is none. */
async function isPrimary(member: MongodProcess): Promise<boolean> {
  if (member.pid === undefined) return false;
  try {
    return await member.ask(async (client) => {
      const hello = await client.db('admin').command({ hello: 1 }, { timeoutMS: 1_000 });
      return hello['isWritablePrimary'] === true;
    });
  } catch {
    return false;
  }
}
