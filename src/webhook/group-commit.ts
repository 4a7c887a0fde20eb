import type { GiveUp } from './give-up.js';

/** More waits than may be kept in memory. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

export interface GroupCommitOptions<T> {
  /** Writes a batch; resolves with the failures by position, rejects when nothing is known to be written. */
  write: (batch: T[]) => Promise<ReadonlyMap<number, unknown>>;
  sizeOf: (item: T) => number;
  maxBatchItems: number;
  /** A single larger item is a batch of its own. */
  maxBatchBytes: number;
  maxQueuedItems: number;
  maxQueuedBytes: number;
  /** Writes at once. The second and later ones start only with {@link worthwhileItems} waiting. */
  maxWrites: number;
  worthwhileItems: number;
}

interface Waiting<T> {
  item: T;
  bytes: number;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/**
 * Lets items that arrive together share one write, as a database's log does: while a write is on its way the next batch
 * collects, so the batch grows with the load and a lone item waits for nobody. Memory is bounded; each item gets the
 * outcome of its own.
 */
export class GroupCommit<T> {
  private queue: Waiting<T>[] = [];
  private queuedBytes = 0;
  private writes = 0;
  private scheduled = false;

  constructor(private readonly options: GroupCommitOptions<T>) {}

  /**
   * Resolves when the item is written.
   * @param giveUp gives the item up: rejects with its reason, though a write that is on its way may still succeed
   * @throws {QueueFullError} when too much waits already; nothing of the item is kept
   */
  add(item: T, giveUp?: GiveUp): Promise<void> {
    const bytes = this.options.sizeOf(item);
    const { maxQueuedItems, maxQueuedBytes } = this.options;
    const full =
      this.queue.length >= maxQueuedItems || (this.queuedBytes + bytes > maxQueuedBytes && this.queuedBytes > 0);
    if (full) return Promise.reject(new QueueFullError('too much waits to be written'));
    return new Promise((resolve, reject) => {
      const waiting = { item, bytes, resolve, reject };
      this.queue.push(waiting);
      this.queuedBytes += bytes;
      giveUp?.onGivenUp((reason) => this.leave(waiting, reason));
      this.schedule();
    });
  }

  get queued(): { items: number; bytes: number } {
    return { items: this.queue.length, bytes: this.queuedBytes };
  }

  /** Nobody waits for it any more: it must not take a place from those who do. A write on its way goes on. */
  private leave(waiting: Waiting<T>, reason: unknown): void {
    waiting.reject(reason);
    const at = this.queue.indexOf(waiting);
    if (at < 0) return;
    this.queue.splice(at, 1);
    this.queuedBytes -= waiting.bytes;
  }

  /** After the current round of I/O: what came in with the same poll belongs into the same batch. */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    const { maxWrites, worthwhileItems } = this.options;
    while (this.queue.length > 0 && this.writes < maxWrites) {
      if (this.writes > 0 && this.queue.length < worthwhileItems) return;
      void this.write(this.take());
    }
  }

  private take(): Waiting<T>[] {
    const { maxBatchItems, maxBatchBytes } = this.options;
    let count = 0;
    let bytes = 0;
    for (const waiting of this.queue) {
      if (count === maxBatchItems || (count > 0 && bytes + waiting.bytes > maxBatchBytes)) break;
      bytes += waiting.bytes;
      count += 1;
    }
    this.queuedBytes -= bytes;
    return this.queue.splice(0, count);
  }

  private async write(batch: Waiting<T>[]): Promise<void> {
    this.writes += 1;
    try {
      const failures = await this.options.write(batch.map(({ item }) => item));
      batch.forEach(({ resolve, reject }, index) => {
        if (failures.has(index)) reject(failures.get(index));
        else resolve();
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.writes -= 1;
      this.pump();
    }
  }
}
