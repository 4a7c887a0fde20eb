export { DatabaseModule, NoReplicaSetError } from './database.module.js';
export { IndexKeeperRepository } from './index-keeper.repository.js';
export { isLoopbackOnly, mongoVersionProblem } from './mongo-version.js';
export { requestReads } from './request-reads.js';
export { retentionIndex, retentionOf, type Kept, type RetentionTarget } from './retention.service.js';
export { upgradeOf, UpgradesService, type Upgradable, type Upgrade } from './upgrades.service.js';
export { WalksService } from './walks.service.js';
export {
  ContendedError,
  findShown,
  StaleSnapshotError,
  TransactionsService,
  type TransactionOptions,
} from './transactions.service.js';
