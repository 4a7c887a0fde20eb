import type { GiveUp } from './give-up.js';

/** More waits than may be kept in memory. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

export interface GroupCommitOptions<T> {
  /** Writes a batch; resolves with the failures by position, rejects when nothing is known to be written. */
  write: (batch: T[]) => Promise<ReadonlyMap<number, unknown>>;
  /** In whatever unit the two limits by size are given: bytes, or things that an item holds. */
  sizeOf: (item: T) => number;
  maxBatchItems: number;
  /** A single larger item is a batch of its own. */
  maxBatchSize: number;
  maxQueuedItems: number;
  maxQueuedSize: number;
  /** Writes at once. The second and later ones start only with {@link worthwhileItems} waiting. */
  maxWrites: number;
  worthwhileItems: number;
}

interface Waiting<T> {
  item: T;
  size: number;
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
  private queuedSize = 0;
  private writes = 0;
  private scheduled = false;

  constructor(private readonly options: GroupCommitOptions<T>) {}

  /**
   * Resolves when the item is written.
   * @param giveUp gives the item up: rejects with its reason, though a write that is on its way may still succeed
   * @throws {QueueFullError} when too much waits already; nothing of the item is kept
   */
  add(item: T, giveUp?: GiveUp): Promise<void> {
    const size = this.options.sizeOf(item);
    const { maxQueuedItems, maxQueuedSize } = this.options;
    const full = this.queue.length >= maxQueuedItems || (this.queuedSize + size > maxQueuedSize && this.queuedSize > 0);
    if (full) return Promise.reject(new QueueFullError('too much waits to be written'));
    return new Promise((resolve, reject) => {
      const waiting = { item, size, resolve, reject };
      this.queue.push(waiting);
      this.queuedSize += size;
      giveUp?.onGivenUp((reason) => this.leave(waiting, reason));
      this.schedule();
    });
  }

  get queued(): { items: number; size: number } {
    return { items: this.queue.length, size: this.queuedSize };
  }

  /** Nobody waits for it any more: it must not take a place from those who do. A write on its way goes on. */
  private leave(waiting: Waiting<T>, reason: unknown): void {
    waiting.reject(reason);
    const at = this.queue.indexOf(waiting);
    if (at < 0) return;
    this.queue.splice(at, 1);
    this.queuedSize -= waiting.size;
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
    const { maxBatchItems, maxBatchSize } = this.options;
    let count = 0;
    let size = 0;
    for (const waiting of this.queue) {
      if (count === maxBatchItems || (count > 0 && size + waiting.size > maxBatchSize)) break;
      size += waiting.size;
      count += 1;
    }
    this.queuedSize -= size;
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
