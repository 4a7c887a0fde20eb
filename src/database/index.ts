export { DatabaseModule, NoReplicaSetError } from './database.module.js';
export { ContendedError, Transactions, type TransactionOptions } from './transaction.js';
