import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

/** One wait of one waiter. */
export interface Wake {
  /** Resolves once, however the wait ended; never rejects. */
  readonly woken: Promise<void>;
  /** Ends the wait and its timer. Safe to call again. */
  cancel(): void;
}

/**
 * Wakes whoever waits in this process for a conversation's sends, after each attempt that this process made. Of attempts
 * elsewhere it knows nothing: a wait has an end of its own, after which the waiter looks at the store.
 */
@Injectable()
export class SendWakesService implements BeforeApplicationShutdown {
  private readonly waiting = new Map<string, Set<() => void>>();
  private stopping = false;

  /** Nobody waits here any more. */
  get isStopping(): boolean {
    return this.stopping;
  }

  beforeApplicationShutdown(): void {
    this.stopping = true;
    for (const conversationId of [...this.waiting.keys()]) this.wake(conversationId);
  }

  /** Begins a wait. Begin it before looking at the store: an attempt that ends in between is not missed then. */
  next(conversationId: string, withinMs: number): Wake {
    const waiters = this.waiting.get(conversationId) ?? new Set();
    this.waiting.set(conversationId, waiters);
    let cancel = (): void => undefined;
    const woken = new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        waiters.delete(end);
        if (waiters.size === 0 && this.waiting.get(conversationId) === waiters) this.waiting.delete(conversationId);
        resolve();
      };
      const timer = setTimeout(end, this.stopping ? 0 : withinMs);
      waiters.add(end);
      cancel = end;
    });
    return { woken, cancel };
  }

  /** An attempt in this conversation is over. */
  wake(conversationId: string): void {
    for (const end of [...(this.waiting.get(conversationId) ?? [])]) end();
  }
}
