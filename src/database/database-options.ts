import type { MongooseModuleFactoryOptions } from '@nestjs/mongoose';
import type { AppConfig } from '../config/index.js';
import { appName } from './abandoned-transactions.service.js';

/** How this product connects to MongoDB. What the promise rests on stands here and in `Transactions`, not in the URL. */
export function databaseOptions(config: AppConfig) {
  return {
    dbName: config.DATABASE_NAME,
    appName,
    // A write counts when a majority has it in its journal: a 200 to Meta rests on this.
    writeConcern: { w: 'majority', journal: true },
    // Reads must see what was just written.
    readPreference: 'primary',
    retryWrites: true,
    retryReads: true,
    maxPoolSize: 60,
    // Fail fast while MongoDB is away: Meta redelivers, a dashboard may try again; nobody waits half a minute.
    serverSelectionTimeoutMS: 2_000,
    connectTimeoutMS: 2_000,
    waitQueueTimeoutMS: 2_500,
    socketTimeoutMS: 45_000,
    bufferCommands: false,
    ignoreUndefined: true,
    autoIndex: false, // built by IndexKeeperRepository, before the process takes work
  } satisfies MongooseModuleFactoryOptions;
}
