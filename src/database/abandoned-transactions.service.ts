import { Injectable, Logger } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection, mongo } from 'mongoose';

/** By which MongoDB knows whose a transaction is. */
export const appName = 'instagram-dm-api';

/** Between two commands of a transaction of ours lie milliseconds; a process that sleeps this long may start over. */
const idleMs = 2_000;
const lookEveryMs = 1_000;

interface IdleSession {
  lsid: { id: mongo.UUID };
}

/**
 * Ends transactions of processes that were killed or frozen in the middle of one. MongoDB would let them hold their
 * documents for `transactionLifetimeLimitSeconds`, a minute unless configured, and everybody else waits that long.
 * Should the process be alive after all, its transaction is refused as a whole, and runs again from the start.
 */
@Injectable()
export class AbandonedTransactionsService {
  private readonly logger = new Logger(AbandonedTransactionsService.name);
  private lookedAt = -Infinity;
  private refused = false;

  constructor(@InjectConnection() private readonly connection: Connection) {}

  /** Looks once a second at most, however many ask. Never throws. */
  async end(): Promise<void> {
    if (this.refused || performance.now() - this.lookedAt < lookEveryMs) return;
    this.lookedAt = performance.now();
    try {
      const admin = this.connection.getClient().db('admin');
      const idle = await admin.aggregate<IdleSession>(idleTransactions).toArray();
      if (idle.length === 0) return;
      await admin.command({ killSessions: idle.map(({ lsid }) => ({ id: lsid.id })) });
      this.logger.warn({ msg: 'ended transactions that somebody left open', count: idle.length });
    } catch (error) {
      this.noteRefusal(error);
    }
  }

  private noteRefusal(error: unknown): void {
    // 13: the user may not; 26, 59 and 40324: a service that speaks MongoDB and knows no such command.
    this.refused = [13, 26, 59, 40_324].includes(Number((error as { code?: unknown }).code));
    const advice = 'set MongoDB’s transactionLifetimeLimitSeconds to 10';
    if (this.refused)
      this.logger.warn({ msg: `conversations may stay locked for long after a crash: ${advice}`, err: error });
    else this.logger.debug({ msg: 'could not look for abandoned transactions', err: error });
  }
}

/** Without `allUsers` it shows one's own only, which needs no privilege. */
const idleTransactions = [
  { $currentOp: { idleSessions: true } },
  { $match: { type: 'idleSession', appName, 'transaction.timeInactiveMicros': { $gt: idleMs * 1_000 } } },
  { $project: { lsid: 1 } },
];
