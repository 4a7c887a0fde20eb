export { DatabaseModule, NoReplicaSetError } from './database.module.js';
export { keepFor, retentionOf } from './retention.js';
export { ContendedError, findShown, StaleSnapshotError, Transactions, type TransactionOptions } from './transaction.js';
