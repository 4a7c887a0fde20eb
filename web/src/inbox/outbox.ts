import { ApiError, calling, inboxReply, type MessageView } from '../api/index.js';
import { Observable } from '../ui/observable.js';

/** A message from the moment somebody pressed Enter until the server's own copy of it is on the page. */
export interface OutboxEntry {
  /** Its `client_key`: every try carries the same, so that it goes out once. */
  key: string;
  conversationId: string;
  text: string;
  writtenAt: string;
  humanAgent: boolean;
  /** `waiting`: for the network or the server; `posting`; `taken`: the server has it; `refused`: nothing is sent. */
  state: 'waiting' | 'posting' | 'taken' | 'refused';
  /** The server's copy. */
  dmId?: string;
  refusal?: { code: string; message: string };
}

const retryMs = 4_000;

/**
 * What was written and is not known to have arrived. Kept in the browser's storage, which is written before the first
 * try and outlives a reload, a crash and a dead battery; storage that answers at once leaves no gap between the two.
 */
export class Outbox {
  readonly entries: Observable<readonly OutboxEntry[]>;
  private readonly storageKey: string;
  private flushing = false;

  constructor(actorId: string) {
    this.storageKey = `outbox:${actorId}`;
    this.entries = new Observable<readonly OutboxEntry[]>(this.restore());
    window.addEventListener('online', () => void this.flush());
  }

  add(conversationId: string, text: string, options: { humanAgent?: boolean; key?: string } = {}): void {
    const { humanAgent = false, key = crypto.randomUUID() } = options;
    const others = this.entries.get().filter((entry) => entry.key !== key);
    const writtenAt = new Date().toISOString();
    this.save([...others, { key, conversationId, text, writtenAt, humanAgent, state: 'waiting' }]);
    void this.flush();
  }

  /**
   * Sends what the server says was not sent. The name comes from the message that failed: however often, in however many
   * tabs this is asked for, it goes out once.
   */
  sendAnew({ id, conversation_id: conversationId, content }: MessageView, humanAgent = false): void {
    if (content !== null)
      this.add(conversationId, content, { humanAgent, key: `anew-${humanAgent ? 'person-' : ''}${id}` });
  }

  /** The same try again: what it is named stays the same. */
  retry(key: string): void {
    this.change(key, { state: 'waiting', refusal: undefined });
    void this.flush();
  }

  /** Once more, as a person, what the server refused because the window has closed. Nothing of it was sent. */
  askAsHuman(entry: OutboxEntry): void {
    this.remove(entry.key);
    this.add(entry.conversationId, entry.text, { humanAgent: true });
  }

  remove(key: string): void {
    this.save(this.entries.get().filter((entry) => entry.key !== key));
  }

  /** @returns the entry that this message of the server's is the copy of */
  static matching(entries: readonly OutboxEntry[], message: MessageView): OutboxEntry | undefined {
    if (message.direction !== 'outbound') return undefined;
    return entries.find(({ key, dmId }) => dmId === message.id || key === message.client_key);
  }

  /** The server's copy is on the page: ours goes. */
  settle(message: MessageView): void {
    const entry = Outbox.matching(this.entries.get(), message);
    if (entry) this.remove(entry.key);
  }

  /** Sends what waits: one after the other in a conversation, one tab at a time. */
  async flush(): Promise<void> {
    if (this.flushing) return;
    this.flushing = true;
    try {
      if ('locks' in navigator) await navigator.locks.request(this.storageKey, () => this.sendAll());
      else await this.sendAll();
    } finally {
      this.flushing = false;
    }
    const waits = this.entries.get().some(({ state }) => state === 'waiting');
    if (waits) setTimeout(() => void this.flush(), retryMs);
  }

  private async sendAll(): Promise<void> {
    const stuck = new Set<string>();
    for (;;) {
      const next = this.entries.get().find((one) => one.state === 'waiting' && !stuck.has(one.conversationId));
      if (!next || !navigator.onLine) return;
      this.change(next.key, { state: 'posting' });
      const after = await this.send(next);
      if (after.state === 'waiting') stuck.add(next.conversationId);
      this.change(next.key, after);
    }
  }

  private async send(entry: OutboxEntry): Promise<Partial<OutboxEntry>> {
    try {
      return { state: 'taken', dmId: await post(entry) };
    } catch (error) {
      if (!(error instanceof ApiError) || error.isOpen) return { state: 'waiting' };
      const { dm_id: dmId } = (error.details ?? {}) as { dm_id?: string };
      return { state: 'refused', dmId, refusal: { code: error.code, message: error.message } };
    }
  }

  private change(key: string, change: Partial<OutboxEntry>): void {
    this.save(this.entries.get().map((entry) => (entry.key === key ? { ...entry, ...change } : entry)));
  }

  private save(entries: readonly OutboxEntry[]): void {
    // What the server has taken is the server's to keep.
    const open = entries.filter(({ state }) => state !== 'taken');
    if (open.length === 0) localStorage.removeItem(this.storageKey);
    else localStorage.setItem(this.storageKey, JSON.stringify(open));
    this.entries.set(entries);
  }

  private restore(): OutboxEntry[] {
    try {
      const kept = JSON.parse(localStorage.getItem(this.storageKey) ?? '[]') as OutboxEntry[];
      // Whatever a try of an earlier page came to, the next one carries the same key.
      return kept.map((entry) => (entry.state === 'refused' ? entry : { ...entry, state: 'waiting' }));
    } catch {
      return [];
    }
  }
}

async function post({ key, conversationId, text, humanAgent }: OutboxEntry): Promise<string> {
  const { data } = await inboxReply({
    ...calling,
    path: { id: conversationId },
    body: { message: text, client_key: key, ...(humanAgent ? { tag: 'HUMAN_AGENT' as const } : {}) },
  });
  return data.id;
}
