export { DatabaseModule, NoReplicaSetError } from './database.module.js';
export { keepFor } from './retention.js';
export { ContendedError, Transactions, type TransactionOptions } from './transaction.js';
