import { ApiError, calling, draftsGet, draftsList, draftsRemove, draftsSave, type DraftView } from '../api/index.js';
import { Observable } from '../ui/observable.js';

interface Kept {
  text: string;
  /** When the server wrote this text down; absent while it has another. */
  savedAt?: string;
}

const prefix = 'draft:';
const restMs = 800;

/**
 * What somebody began to write: of the conversation, not of a page. It is in the browser's storage with each letter, so
 * that every tab has it and a crash costs nothing, and with the server a moment later, for their other devices. What is
 * written here and not with the server yet is never overwritten by what the server has.
 */
export class Drafts {
  private readonly drafts = new Map<string, Observable<string>>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly writing = new Map<string, Promise<void>>();

  constructor() {
    window.addEventListener('storage', ({ key }) => {
      if (key?.startsWith(prefix)) this.show(key.slice(prefix.length));
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.saveAll();
    });
  }

  of(conversationId: string): Observable<string> {
    let draft = this.drafts.get(conversationId);
    if (!draft) this.drafts.set(conversationId, (draft = new Observable(read(conversationId)?.text ?? '')));
    return draft;
  }

  write(conversationId: string, text: string): void {
    keep(conversationId, { text });
    this.show(conversationId);
    clearTimeout(this.timers.get(conversationId));
    this.timers.set(
      conversationId,
      setTimeout(() => this.save(conversationId), restMs),
    );
  }

  /** Below what stands there already. */
  append(conversationId: string, text: string): void {
    const draft = this.of(conversationId).get();
    this.write(conversationId, draft.trim() === '' ? text : `${draft}\n${text}`);
  }

  /** What was written on other devices comes here; what the server lacks goes there. */
  async load(): Promise<void> {
    this.saveAll();
    try {
      const { data } = await draftsList({ ...calling });
      for (const draft of data.data) this.take(draft.conversation_id, draft);
    } catch {
      // The drafts of this browser are here; those of others come with the conversation.
    }
  }

  /** The conversation is opened: it may have been written in elsewhere. */
  async look(conversationId: string): Promise<void> {
    const { data } = await draftsGet({ ...calling, path: { id: conversationId } });
    this.take(conversationId, data.data);
  }

  private take(conversationId: string, draft: DraftView | null): void {
    const known = read(conversationId);
    if (known && known.savedAt === undefined) return;
    if (draft === null) localStorage.removeItem(prefix + conversationId);
    else keep(conversationId, { text: draft.text, savedAt: draft.updated_at });
    this.show(conversationId);
  }

  private saveAll(): void {
    for (const key of Object.keys(localStorage)) {
      const id = key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
      if (id !== undefined && read(id)?.savedAt === undefined) this.save(id);
    }
  }

  /** One write after the other: the last one is what stands. */
  private save(conversationId: string): void {
    clearTimeout(this.timers.get(conversationId));
    this.timers.delete(conversationId);
    const before = this.writing.get(conversationId) ?? Promise.resolve();
    this.writing.set(
      conversationId,
      before.then(() => this.put(conversationId)),
    );
  }

  private async put(conversationId: string): Promise<void> {
    const kept = read(conversationId);
    if (!kept || kept.savedAt !== undefined) return;
    const path = { id: conversationId };
    try {
      if (kept.text.trim() === '') {
        await draftsRemove({ ...calling, path });
        if (read(conversationId)?.text === kept.text) localStorage.removeItem(prefix + conversationId);
        return;
      }
      const { data } = await draftsSave({ ...calling, path, body: { text: kept.text } });
      // Somebody typed on meanwhile: that is not with the server.
      if (read(conversationId)?.text === kept.text)
        keep(conversationId, { text: kept.text, savedAt: data.data?.updated_at });
    } catch (error) {
      // It stays here, and goes with the next letter, the next sign-in or the next start.
      if (error instanceof ApiError && error.status === 404) localStorage.removeItem(prefix + conversationId);
    }
  }

  private show(conversationId: string): void {
    this.of(conversationId).set(read(conversationId)?.text ?? '');
  }
}

function read(conversationId: string): Kept | undefined {
  try {
    const kept = JSON.parse(localStorage.getItem(prefix + conversationId) ?? 'null') as Kept | null;
    return kept ?? undefined;
  } catch {
    return undefined;
  }
}

/** An empty text stands there until the server has taken the draft away, too. */
function keep(conversationId: string, kept: Kept): void {
  localStorage.setItem(prefix + conversationId, JSON.stringify(kept));
}
