import { calling, presenceSay, type PresenceView } from '../api/index.js';
import { Observable } from '../ui/observable.js';

type State = PresenceView['state'];

/** How long somebody is here without being heard of again; by this computer's clock, which may be wrong. */
const lifeMs = 15_000;
const againMs = 10_000;
/** Who has not typed for so long only looks. */
const typingMs = 4_000;
const nobody: readonly PresenceView[] = [];

interface Seen {
  presence: PresenceView;
  untilMs: number;
}

/** Who else looks at a conversation or writes in it, and telling the others that this person does. */
export class Presence {
  private readonly others = new Map<string, Observable<readonly PresenceView[]>>();
  private seen: Seen[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private here: { id: string; state: State; typedAt: number; timer: ReturnType<typeof setInterval> } | undefined;

  constructor(private readonly actorId: string) {}

  of(conversationId: string): Observable<readonly PresenceView[]> {
    let others = this.others.get(conversationId);
    if (!others) this.others.set(conversationId, (others = new Observable(nobody)));
    return others;
  }

  /** The conversation is on the page. @returns takes it back */
  enter(id: string): () => void {
    this.here = { id, state: 'looking', typedAt: 0, timer: setInterval(() => this.look(), typingMs) };
    let saidAt = 0;
    const say = (): void => {
      if (document.visibilityState !== 'visible' || Date.now() - saidAt < 1_000) return;
      saidAt = Date.now();
      this.say();
    };
    say();
    const again = setInterval(say, againMs);
    document.addEventListener('visibilitychange', say);
    const { timer } = this.here;
    return () => {
      clearInterval(again);
      clearInterval(timer);
      document.removeEventListener('visibilitychange', say);
      this.here = undefined;
      void tell(id, 'gone');
    };
  }

  /** A letter was typed. */
  typed(): void {
    if (!this.here) return;
    this.here.typedAt = Date.now();
    this.look();
  }

  /** What the stream tells. */
  follow(presence: PresenceView): void {
    if (presence.person === this.actorId) return;
    this.seen = this.seen.filter(
      ({ presence: one }) => one.person !== presence.person || one.conversation_id !== presence.conversation_id,
    );
    if (presence.state !== 'gone') this.seen = [...this.seen, { presence, untilMs: Date.now() + lifeMs }];
    this.show();
  }

  private look(): void {
    if (!this.here) return;
    const state = Date.now() - this.here.typedAt < typingMs ? 'typing' : 'looking';
    if (state === this.here.state) return;
    this.here.state = state;
    this.say();
  }

  private say(): void {
    if (!this.here) return;
    void tell(this.here.id, this.here.state).then((others) => {
      for (const one of others) this.follow(one);
    });
  }

  private show(): void {
    clearTimeout(this.timer);
    const now = Date.now();
    this.seen = this.seen.filter(({ untilMs }) => untilMs > now);
    for (const [id, others] of this.others) {
      const here = this.seen.map(({ presence }) => presence).filter((one) => one.conversation_id === id);
      if (here.length > 0 || others.get().length > 0) others.set(here);
    }
    // Somebody may be told of whose conversation nobody has looked at yet.
    for (const { presence } of this.seen)
      if (!this.others.has(presence.conversation_id)) this.of(presence.conversation_id).set([presence]);
    const [next] = this.seen.map(({ untilMs }) => untilMs).sort((a, b) => a - b);
    if (next !== undefined) this.timer = setTimeout(() => this.show(), next - now + 50);
  }
}

/** @returns the others; nobody where the server did not say */
async function tell(id: string, state: State): Promise<readonly PresenceView[]> {
  try {
    const { data } = await presenceSay({ ...calling, path: { id }, body: { state } });
    return data.data;
  } catch {
    return nobody;
  }
}
