import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession, Connection } from 'mongoose';
import { UnavailableError } from '../errors/index.js';

/** Another writer holds what this transaction wants, and has not let go of it in time; nothing was written. */
export class ContendedError extends UnavailableError {
  override readonly name = 'ContendedError';

  constructor() {
    super('Another change is under way here.', { retryAfterS: 2 });
  }
}

export interface TransactionOptions {
  /** How long conflicts with other writers are met by starting over, ms. */
  patienceMs?: number;
}

/**
 * A process that was killed in the middle of a transaction leaves it open: MongoDB notices after its
 * `transactionLifetimeLimitSeconds` (60 s unless configured), and until then nobody else can write those documents.
 */
const patience = 10_000;

/** Runs several writes as one. */
@Injectable()
export class Transactions {
  constructor(@InjectConnection() private readonly connection: Connection) {}

  /**
   * Runs `work` in a transaction, again from the start when MongoDB reports a conflict with another writer. `work`
   * must therefore have no effect but its writes through `session`.
   * @throws {ContendedError} the conflicts did not end within the patience
   */
  async run<T>(
    work: (session: ClientSession) => Promise<T>,
    { patienceMs = patience }: TransactionOptions = {},
  ): Promise<T> {
    const startedAt = performance.now();
    let tries = 0;
    const tryOnce = async (session: ClientSession): Promise<T> => {
      if (tries++ > 0 && performance.now() - startedAt > patienceMs) throw new ContendedError();
      return work(session);
    };
    return this.connection.getClient().withSession((session) =>
      session.withTransaction(() => tryOnce(session), {
        readConcern: { level: 'snapshot' },
        writeConcern: { w: 'majority', journal: true },
        maxCommitTimeMS: 10_000,
      }),
    );
  }
}
