import { Global, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectConnection, MongooseModule, type MongooseModuleFactoryOptions } from '@nestjs/mongoose';
import mongoose, { type Connection, type Model } from 'mongoose';
import { AppConfig } from '../config/index.js';
import { AbandonedTransactions, appName } from './abandoned-transactions.js';
import { retentionIndex } from './retention.js';
import { Transactions } from './transaction.js';
import { Walks } from './walks.js';

// A filter from a request is data: `{$ne: ''}` where a value belongs is refused, and so is a field the schema does not
// know (mongoose's default would drop it and match everything).
mongoose.set('sanitizeFilter', true);
mongoose.set('strictQuery', 'throw');

/** MongoDB runs without a replica set: no transactions, so the promise can't be kept. */
export class NoReplicaSetError extends Error {
  override readonly name = 'NoReplicaSetError';
}

@Global()
@Module({
  imports: [
    MongooseModule.forRootAsync({
      inject: [AppConfig],
      useFactory: (config: AppConfig): MongooseModuleFactoryOptions => ({
        uri: config.DATABASE_URL,
        dbName: config.DATABASE_NAME,
        appName,
        // A write counts when a majority has it in its journal: a 200 to Meta rests on this.
        writeConcern: { w: 'majority', journal: true },
        retryWrites: true,
        maxPoolSize: 60,
        // Fail fast while MongoDB is away: Meta redelivers, a dashboard may try again; nobody waits half a minute.
        serverSelectionTimeoutMS: 2_000,
        connectTimeoutMS: 2_000,
        waitQueueTimeoutMS: 2_500,
        socketTimeoutMS: 45_000,
        bufferCommands: false,
        ignoreUndefined: true,
        autoIndex: false, // built below, before the process is ready
        retryAttempts: 30,
        retryDelay: 1_000,
      }),
    }),
  ],
  providers: [Transactions, AbandonedTransactions, Walks],
  exports: [Transactions, Walks],
})
export class DatabaseModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(DatabaseModule.name);

  constructor(@InjectConnection() private readonly connection: Connection) {}

  /** The unique indexes are the promise; a process that has not seen them built must not take work. */
  async onApplicationBootstrap(): Promise<void> {
    const hello = await this.connection.db?.admin().command({ hello: 1 });
    if (!hello?.['setName'] && hello?.['msg'] !== 'isdbgrid') {
      throw new NoReplicaSetError(
        'MongoDB must be a replica set (one member is enough): start mongod with --replSet and run rs.initiate().',
      );
    }
    const models = Object.values(this.connection.models) as Model<unknown>[];
    await Promise.all(models.map((model) => model.createIndexes()));
    this.logger.log({ msg: 'indexes are in place', models: models.length });
    await Promise.all(models.map((model) => this.tellUnused(model)));
  }

  /** An earlier version's, or somebody's own. They are not dropped here: older processes may still read by them. */
  private async tellUnused(model: Model<unknown>): Promise<void> {
    const { toDrop } = (await model.diffIndexes()) as { toDrop: string[] };
    const indexes = toDrop.filter((name) => name !== retentionIndex);
    const msg = 'indexes that this version does not use slow every write: drop them when no older process runs';
    if (indexes.length > 0) this.logger.warn({ msg, collection: model.collection.collectionName, indexes });
  }
}
