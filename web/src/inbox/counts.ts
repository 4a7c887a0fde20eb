import { calling, countsGet, type ViewCounts } from '../api/index.js';
import { Observable } from '../ui/observable.js';

/** Many conversations change at once now and then: one look at the numbers is enough for all of them. */
const restMs = 1_500;

/** How much is in each list, counted by the server. */
export class Counts {
  readonly views = new Observable<ViewCounts | undefined>(undefined);
  private timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      const { data } = await countsGet({ ...calling });
      this.views.set(data.data.views);
    } catch {
      // The numbers of before stay; the next change asks again.
    }
  }

  /** Something changed that may have moved a conversation from one list to another. */
  touch(): void {
    this.timer ??= setTimeout(() => void this.load(), restMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
