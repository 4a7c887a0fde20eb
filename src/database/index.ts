export { DatabaseModule, NoReplicaSetError } from './database.module.js';
export { IndexKeeper } from './index-keeper.repository.js';
export { retentionIndex, retentionOf, type Kept, type RetentionTarget } from './retention.js';
export { Walks } from './walks.js';
export { ContendedError, findShown, StaleSnapshotError, Transactions, type TransactionOptions } from './transaction.js';
