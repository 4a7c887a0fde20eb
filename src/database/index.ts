export { DatabaseModule, NoReplicaSetError } from './database.module.js';
export { keepFor, retentionOf } from './retention.js';
export { Walks } from './walks.js';
export { ContendedError, findShown, StaleSnapshotError, Transactions, type TransactionOptions } from './transaction.js';
