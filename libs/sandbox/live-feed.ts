/** Something that happened, for whoever watches: the phone page, a terminal, a test. */
export type LiveEvent = { kind: string } & Record<string, unknown>;

/** Tells watchers what happens, as it happens. */
export class LiveFeed {
  private readonly watchers = new Set<(event: LiveEvent) => void>();

  tell(event: LiveEvent): void {
    for (const watcher of this.watchers) watcher(event);
  }

  /** @returns stops watching */
  watch(watcher: (event: LiveEvent) => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }
}
