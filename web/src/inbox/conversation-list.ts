import { calling, inboxList, type ApiError, type ConversationView } from '../api/index.js';
import { Observable } from '../ui/observable.js';
import { belongsTo, orderOf, type ViewName } from './views.js';

export interface ListState {
  status: 'loading' | 'ready' | 'error';
  error?: ApiError;
  ids: readonly string[];
  total: number;
  cursor: string | null;
  /** What moved or came while rows kept their place. */
  fresh: ReadonlySet<string>;
  loadingMore: boolean;
}

interface Entities {
  find(id: string): ConversationView | undefined;
  put(conversation: ConversationView): void;
}

const pageSize = 50;

/** One list of conversations, kept up by the live stream. Rows keep their place while somebody reads them. */
export class ConversationList {
  readonly state = new Observable<ListState>({
    status: 'loading',
    ids: [],
    total: 0,
    cursor: null,
    fresh: new Set(),
    loadingMore: false,
  });
  private held = false;

  constructor(
    private readonly entities: Entities,
    readonly view: ViewName,
    private readonly actorId: string,
    private readonly q?: string,
  ) {}

  /** Loads the first page, or anew as much as was shown. */
  async load(): Promise<void> {
    const shown = Math.min(100, Math.max(pageSize, this.state.get().ids.length));
    try {
      const page = await this.page(shown);
      const ids = page.conversations.map(({ id }) => id);
      this.state.merge({
        status: 'ready',
        error: undefined,
        ids,
        total: page.total,
        cursor: page.next_cursor,
        fresh: new Set(),
      });
    } catch (error) {
      this.state.merge({ status: 'error', error: error as ApiError });
    }
  }

  async loadMore(): Promise<void> {
    const { cursor, loadingMore } = this.state.get();
    if (cursor === null || loadingMore) return;
    this.state.merge({ loadingMore: true });
    try {
      const page = await this.page(pageSize, cursor);
      const ids = [...new Set([...this.state.get().ids, ...page.conversations.map(({ id }) => id)])];
      this.state.merge({ ids, cursor: page.next_cursor, total: page.total, loadingMore: false, error: undefined });
    } catch (error) {
      this.state.merge({ loadingMore: false, error: error as ApiError });
    }
  }

  /** Rows keep their place while it is held: somebody points at one, or reads further down. */
  hold(held: boolean): void {
    this.held = held;
    if (!held) this.settle();
  }

  /** Puts what is new in its place. */
  settle(): void {
    const { ids, fresh } = this.state.get();
    if (fresh.size === 0) return;
    const known = [...new Set([...fresh, ...ids])].flatMap((id) => this.entities.find(id) ?? []);
    this.state.merge({ ids: known.sort(orderOf(this.view)).map(({ id }) => id), fresh: new Set() });
  }

  /**
   * A conversation changed. One that belongs here no longer keeps its row until the list is loaded again: nothing
   * vanishes under a hand.
   */
  follow(conversation: ConversationView, before: ConversationView | undefined): void {
    if (this.q !== undefined) return;
    const { ids, fresh, total } = this.state.get();
    const belonged = before !== undefined && this.belongs(before);
    if (!this.belongs(conversation)) {
      if (belonged) this.state.merge({ total: Math.max(0, total - 1) });
      return;
    }
    const isHere = ids.includes(conversation.id);
    if (isHere && before?.last_message_at === conversation.last_message_at) return;
    this.state.merge({
      fresh: new Set([...fresh, conversation.id]),
      total: belonged || fresh.has(conversation.id) ? total : total + 1,
    });
    if (!this.held) this.settle();
  }

  drop(conversation: ConversationView): void {
    const { ids, fresh } = this.state.get();
    if (this.belongs(conversation)) return;
    const others = (id: string): boolean => id !== conversation.id;
    this.state.merge({ ids: ids.filter(others), fresh: new Set([...fresh].filter(others)) });
  }

  private belongs(conversation: ConversationView): boolean {
    return belongsTo(this.view, conversation, this.actorId, Date.now());
  }

  private async page(limit: number, cursor?: string) {
    // A search looks everywhere: what is found may be done or put off.
    const view = this.q !== undefined && this.view === 'open' ? 'all' : this.view;
    const query = { view, q: this.q, limit, cursor };
    const { data } = await inboxList({ ...calling, query });
    for (const conversation of data.conversations) this.entities.put(conversation);
    return data;
  }
}
