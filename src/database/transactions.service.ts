import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import mongoose, { type ClientSession, type Connection } from 'mongoose';
import { AbandonedTransactionsService } from './abandoned-transactions.service.js';
import { lostConnection, UnavailableError } from '../errors/index.js';

/** Another writer holds what this transaction wants, and has not let go of it in time; nothing was written. */
export class ContendedError extends UnavailableError {
  override readonly name = 'ContendedError';

  constructor() {
    super('Another change is under way here.', { retryAfterS: 2 });
  }
}

/**
 * Thrown by the work of a transaction whose snapshot lacks what is known to be there: it runs again, on a newer one. A
 * snapshot holds what the majority has; a plain read, and so a list, shows a write some milliseconds before that.
 */
export class StaleSnapshotError extends mongoose.mongo.MongoError {
  constructor() {
    super('The snapshot of this transaction is older than what was read outside of it.');
    this.addErrorLabel('TransientTransactionError');
  }
}

/**
 * Looks for what the caller may have been shown. Only what is not there outside of the transaction either is not there.
 * @param find looks within the session it is given, or outside
 * @throws {StaleSnapshotError} it is there, and this transaction began too early to see it
 */
export async function findShown<T>(
  session: ClientSession,
  find: (within?: ClientSession) => Promise<T | null>,
): Promise<T | null> {
  const found = await find(session);
  if (found === null && (await find()) !== null) throw new StaleSnapshotError();
  return found;
}

export interface TransactionOptions {
  /** How long conflicts with other writers, and stale snapshots, are met by starting over, ms. */
  patienceMs?: number;
}

/** A process that was killed in the middle of a transaction leaves it open, and its documents locked. */
const patience = 10_000;
/** Among the living a conflict is over by then, as a rule. */
const suspiciousMs = 1_000;

/** Runs several writes as one. */
@Injectable()
export class TransactionsService {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly abandoned: AbandonedTransactionsService,
  ) {}

  /**
   * Runs `work` in a transaction, again from the start when MongoDB reports a conflict with another writer, or `work`
   * finds its snapshot stale. `work` must therefore have no effect but its writes through `session`.
   * @throws {ContendedError} the conflicts did not end within the patience
   */
  async run<T>(
    work: (session: ClientSession) => Promise<T>,
    { patienceMs = patience }: TransactionOptions = {},
  ): Promise<T> {
    const startedAt = performance.now();
    let tries = 0;
    const tryOnce = async (session: ClientSession): Promise<T> => {
      const waitedMs = performance.now() - startedAt;
      if (tries++ > 0 && waitedMs > patienceMs) throw new ContendedError();
      if (waitedMs > suspiciousMs) await this.abandoned.end();
      return work(session).catch(startOver);
    };
    return this.connection.getClient().withSession((session) =>
      session.withTransaction(() => tryOnce(session), {
        readPreference: 'primary',
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority', journal: true },
        maxCommitTimeMS: 10_000,
      }),
    );
  }
}

/**
 * Of a connection that its monitor gave up while a command was on it (MongoDB was frozen, or the network) the driver
 * forgets to say that the transaction may be run again, as it does when a connection breaks in any other way.
 */
function startOver(error: unknown): never {
  if (error instanceof mongoose.mongo.MongoError && lostConnection(error))
    error.addErrorLabel('TransientTransactionError');
  throw error;
}
