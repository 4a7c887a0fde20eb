import { Injectable } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { ClientSession, Connection } from 'mongoose';
import { AbandonedTransactions } from './abandoned-transactions.js';
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

/** A process that was killed in the middle of a transaction leaves it open, and its documents locked. */
const patience = 10_000;
/** Among the living a conflict is over by then, as a rule. */
const suspiciousMs = 1_000;

/** Runs several writes as one. */
@Injectable()
export class Transactions {
  constructor(
    @InjectConnection() private readonly connection: Connection,
    private readonly abandoned: AbandonedTransactions,
  ) {}

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
      const waitedMs = performance.now() - startedAt;
      if (tries++ > 0 && waitedMs > patienceMs) throw new ContendedError();
      if (waitedMs > suspiciousMs) await this.abandoned.end();
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
