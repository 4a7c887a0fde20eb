import mongoose from 'mongoose';
import { ServerProcess, type ServerOptions } from './server-process.js';

export const replicaSet = 'rs0';

const notYetInitialized = 94;

export interface MongoOptions extends ServerOptions {
  /** Memory for WiredTiger's cache in GB, at least 0.25; a small share of the machine when left out. */
  cacheGb?: number;
}

type ReplicaSetConfig = { version: number; members: { host: string }[] };
export type Client = InstanceType<typeof mongoose.mongo.MongoClient>;

/** A `mongod` as a replica set of one, so that transactions and change streams work as in production. */
export class MongodProcess extends ServerProcess {
  readonly label = 'MongoDB';

  constructor(
    program: string,
    private readonly mongoOptions: MongoOptions = {},
  ) {
    super(program, mongoOptions);
  }

  get url(): string {
    return `mongodb://${this.host}/?replicaSet=${replicaSet}`;
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  protected args(port: number, folder: string): string[] {
    const settings = {
      port,
      bind_ip: '127.0.0.1',
      dbpath: folder,
      replSet: replicaSet,
      wiredTigerCacheSizeGB: this.mongoOptions.cacheGb ?? 0.5,
      oplogSize: 256,
    };
    return [
      ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
      '--nounixsocket',
      '--quiet',
      // Alone in its set, it has no secondary to hand over to, and 15 s of waiting for one at each stop help nobody.
      ...['--setParameter', 'shutdownTimeoutMillisForSignaledShutdown=100'],
      ...['--setParameter', 'diagnosticDataCollectionEnabled=false'],
      // The transaction of a killed client locks what it wrote until it is given up: after a minute by default.
      ...['--setParameter', 'transactionLifetimeLimitSeconds=10'],
    ];
  }

  protected ready(): Promise<number> {
    return this.ask(async (client) => {
      await this.joinReplicaSet(client);
      const hello = await client.db('admin').command({ hello: 1 });
      if (!hello['isWritablePrimary']) throw new Error('not primary yet');
      return pidOf(client);
    });
  }

  /** Asks this very server, whichever part it has in its set. */
  async ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    const client = new mongoose.mongo.MongoClient(`mongodb://${this.host}/?directConnection=true`, {
      serverSelectionTimeoutMS: 1_000,
      connectTimeoutMS: 1_000,
      socketTimeoutMS: 5_000,
    });
    try {
      return await question(client);
    } finally {
      await client.close();
    }
  }

  private async joinReplicaSet(client: Client): Promise<void> {
    const admin = client.db('admin');
    try {
      const { config } = (await admin.command({ replSetGetConfig: 1 })) as unknown as { config: ReplicaSetConfig };
      const [member] = config.members;
      if (!member || member.host === this.host) return;
      // The data was used on another port before; a member looks for its own address in the set.
      member.host = this.host;
      await admin.command({ replSetReconfig: { ...config, version: config.version + 1 }, force: true });
    } catch (error) {
      if ((error as { code?: number }).code !== notYetInitialized) throw error;
      const members = [{ _id: 0, host: this.host }];
      await admin.command({ replSetInitiate: { _id: replicaSet, members } });
    }
  }
}

export async function pidOf(client: Client): Promise<number> {
  const { pid } = await client.db('admin').command({ serverStatus: 1 });
  return Number(pid);
}
