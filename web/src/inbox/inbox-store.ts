import {
  calling,
  inboxGet,
  inboxPatch,
  type ConversationView,
  type MessageView,
  type NoteView,
  type PatchConversationDto,
  type PresenceView,
} from '../api/index.js';
import { Live, type SseEvent } from '../live/index.js';
import { Observable } from '../ui/observable.js';
import { ConversationList } from './conversation-list.js';
import { Counts } from './counts.js';
import { Drafts } from './drafts.js';
import { Outbox } from './outbox.js';
import { Presence } from './presence.js';
import { Thread } from './thread.js';
import type { ViewName } from './views.js';

const keptThreads = 20;

/** What is new in a conversation, for those who don't see it: the announcer, sounds, notifications. */
export type Arrival = { message: MessageView; conversation: ConversationView | undefined };

/** Everything the inbox shows. Pages read it, the live stream writes it; nothing is asked for again after an event. */
export class InboxStore {
  readonly outbox: Outbox;
  readonly live: Live;
  readonly counts = new Counts();
  readonly drafts = new Drafts();
  readonly presence: Presence;
  /** A note that was written, changed or taken away somewhere. */
  readonly noteNews = new Observable<NoteView | undefined>(undefined);
  readonly arrival = new Observable<Arrival | undefined>(undefined);
  private readonly conversations = new Map<string, Observable<ConversationView | undefined>>();
  private readonly lists = new Map<string, ConversationList>();
  private readonly threads = new Map<string, Thread>();

  constructor(readonly actorId: string) {
    this.outbox = new Outbox(actorId);
    this.presence = new Presence(actorId);
    this.live = new Live(actorId, (event) => this.take(event));
  }

  start(): void {
    // What happened between the first pages' answers and the stream's first word is told by nobody.
    const opened = this.live.line.subscribe(() => {
      if (this.live.line.get().state !== 'live') return;
      opened();
      this.reload();
    });
    this.live.start();
    void this.outbox.flush();
    void this.counts.load();
    void this.drafts.load();
  }

  stop(): void {
    this.live.stop();
    this.counts.stop();
  }

  conversation(id: string): Observable<ConversationView | undefined> {
    let found = this.conversations.get(id);
    if (!found) this.conversations.set(id, (found = new Observable<ConversationView | undefined>(undefined)));
    return found;
  }

  list(view: ViewName, q?: string): ConversationList {
    const key = `${view}?${q ?? ''}`;
    let list = this.lists.get(key);
    if (!list) {
      const entities = {
        find: (id: string) => this.conversation(id).get(),
        put: (one: ConversationView) => this.put(one),
      };
      this.lists.set(key, (list = new ConversationList(entities, view, this.actorId, q)));
      void list.load();
    }
    return list;
  }

  /** A search is asked anew each time it is opened. */
  forget(list: ConversationList): void {
    for (const [key, known] of this.lists) if (known === list) this.lists.delete(key);
  }

  thread(id: string): Thread {
    let thread = this.threads.get(id);
    if (thread) this.threads.delete(id);
    else {
      thread = new Thread(id);
      void this.load(thread);
    }
    this.threads.set(id, thread);
    const [oldest] = this.threads.keys();
    if (this.threads.size > keptThreads && oldest) this.threads.delete(oldest);
    return thread;
  }

  async load(thread: Thread): Promise<void> {
    await thread.load();
    for (const message of thread.state.get().messages) this.outbox.settle(message);
  }

  async find(id: string): Promise<void> {
    if (this.conversation(id).get()) return;
    const { data } = await inboxGet({ ...calling, path: { id } });
    this.put(data.data);
  }

  /** Reads a conversation anew, after the server refused a change of it. @throws {ApiError} */
  async refresh(id: string): Promise<void> {
    const { data } = await inboxGet({ ...calling, path: { id } });
    const before = this.conversation(id).get();
    if (this.put(data.data)) this.follow(data.data, before);
  }

  /** @throws {ApiError} */
  async patch(id: string, change: PatchConversationDto): Promise<void> {
    const { data } = await inboxPatch({ ...calling, path: { id }, body: change });
    const before = this.conversation(id).get();
    if (!this.put(data.data)) return;
    this.follow(data.data, before);
    // Put away by this person's own hand: the row goes at once.
    if (isPutAway(change)) for (const list of this.lists.values()) list.drop(data.data);
  }

  private put(conversation: ConversationView): boolean {
    const known = this.conversation(conversation.id);
    const before = known.get();
    if (before && before.updated_at > conversation.updated_at) return false;
    known.set(conversation);
    return true;
  }

  private follow(conversation: ConversationView, before: ConversationView | undefined): void {
    this.counts.touch();
    for (const list of this.lists.values()) list.follow(conversation, before);
  }

  private take({ name, data }: SseEvent): void {
    const body = JSON.parse(data) as Record<string, unknown>;
    if (name === 'conversation') {
      const conversation = body['conversation'] as ConversationView;
      const before = this.conversation(conversation.id).get();
      if (this.put(conversation)) this.follow(conversation, before);
    } else if (name === 'message') this.takeMessage(body['message'] as MessageView, body['change'] === 'new');
    else if (name === 'message_deleted') {
      const gone = body as { id: string | null; external_id: string | null };
      for (const thread of this.threads.values()) thread.remove(gone);
    } else if (name === 'presence') this.presence.follow(body as unknown as PresenceView);
    else if (name === 'note') this.noteNews.set(body['note'] as NoteView);
    else if (name === 'reset') this.reload();
  }

  private takeMessage(message: MessageView, isNew: boolean): void {
    this.threads.get(message.conversation_id)?.follow(message);
    this.outbox.settle(message);
    if (!isNew || message.direction !== 'inbound') return;
    this.arrival.set({ message, conversation: this.conversation(message.conversation_id).get() });
  }

  /** Something was missed and can't be told any more. */
  private reload(): void {
    void this.counts.load();
    for (const list of this.lists.values()) void list.load();
    for (const thread of this.threads.values()) void this.load(thread);
  }
}

const isPutAway = ({ done, snoozed_until, assignee }: PatchConversationDto): boolean =>
  done !== undefined || snoozed_until !== undefined || assignee !== undefined;
