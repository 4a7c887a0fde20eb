import { Global, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectConnection, MongooseModule, type MongooseModuleFactoryOptions } from '@nestjs/mongoose';
import mongoose, { type Connection } from 'mongoose';
import { AppConfig } from '../config/index.js';
import { AbandonedTransactionsService } from './abandoned-transactions.service.js';
import { databaseOptions } from './database-options.js';
import { IndexKeeperRepository } from './index-keeper.repository.js';
import { isLoopbackOnly, mongoVersionProblem } from './mongo-version.js';
import { RetentionService } from './retention.service.js';
import { TransactionsService } from './transactions.service.js';
import { UpgradesService } from './upgrades.service.js';
import { WalksService } from './walks.service.js';

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
        ...databaseOptions(config),
        retryAttempts: 30,
        retryDelay: 1_000,
      }),
    }),
  ],
  providers: [
    TransactionsService,
    AbandonedTransactionsService,
    RetentionService,
    UpgradesService,
    IndexKeeperRepository,
    WalksService,
  ],
  exports: [TransactionsService, RetentionService, UpgradesService, IndexKeeperRepository, WalksService],
})
export class DatabaseModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(DatabaseModule.name);

  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly indexes: IndexKeeperRepository,
  ) {}

  /** The unique indexes are the promise; a process that has not seen them built must not take work. */
  async onApplicationBootstrap(): Promise<void> {
    await this.refuseStandalone();
    await this.warnOfVersion();
    await this.indexes.build();
  }

  /** @throws {NoReplicaSetError} */
  private async refuseStandalone(): Promise<void> {
    const hello = await this.connection.db?.admin().command({ hello: 1 });
    if (hello?.['setName'] || hello?.['msg'] === 'isdbgrid') return;
    throw new NoReplicaSetError(
      'MongoDB must be a replica set (one member is enough): start mongod with --replSet and run rs.initiate().',
    );
  }

  /** Refusing to start would lose what Meta delivers meanwhile and close no port: docs/operations.md, What is built in. */
  private async warnOfVersion(): Promise<void> {
    const { version } = (await this.connection.db?.admin().buildInfo()) ?? {};
    const hosts = this.connection.getClient().options.hosts.map(String);
    const problem = isLoopbackOnly(hosts) ? undefined : mongoVersionProblem(String(version));
    if (problem !== undefined) this.logger.warn({ msg: problem });
  }
}
