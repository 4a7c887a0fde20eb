import { calling, inboxListMessages, type ApiError, type MessageView } from '../api/index.js';
import { Observable } from '../ui/observable.js';
import { withMessage } from './order.js';

export interface ThreadState {
  status: 'loading' | 'ready' | 'error';
  error?: ApiError;
  messages: readonly MessageView[];
  /** Leads to older ones. */
  cursor: string | null;
  loadingOlder: boolean;
  olderError?: ApiError;
}

const pageSize = 50;

/** The messages of one conversation, as far as they were asked for, kept up by the live stream. */
export class Thread {
  readonly state = new Observable<ThreadState>({ status: 'loading', messages: [], cursor: null, loadingOlder: false });
  private early: MessageView[] = [];

  constructor(readonly conversationId: string) {}

  async load(): Promise<void> {
    try {
      const { messages, next_cursor: cursor } = await this.page();
      // What the stream told while the page was on its way may be newer than the page.
      const merged = this.early.reduce((all: readonly MessageView[], one) => withMessage(all, one), messages);
      this.early = [];
      this.state.merge({ status: 'ready', error: undefined, messages: merged, cursor });
    } catch (error) {
      this.state.merge({ status: 'error', error: error as ApiError });
    }
  }

  async loadOlder(): Promise<void> {
    const { cursor, loadingOlder } = this.state.get();
    if (cursor === null || loadingOlder) return;
    this.state.merge({ loadingOlder: true, olderError: undefined });
    try {
      const page = await this.page(cursor);
      const known = new Set(this.state.get().messages.map(({ id }) => id));
      const older = page.messages.filter(({ id }) => !known.has(id));
      this.state.merge({
        messages: [...older, ...this.state.get().messages],
        cursor: page.next_cursor,
        loadingOlder: false,
      });
    } catch (error) {
      this.state.merge({ loadingOlder: false, olderError: error as ApiError });
    }
  }

  follow(message: MessageView): void {
    const { status, messages, cursor } = this.state.get();
    if (status !== 'ready') this.early.push(message);
    const oldest = messages[0];
    // Older than what is shown: it comes with its own page.
    if (cursor !== null && oldest && message.sent_at < oldest.sent_at) return;
    this.state.merge({ messages: withMessage(messages, message) });
  }

  remove(gone: { id: string | null; external_id: string | null }): void {
    const { messages } = this.state.get();
    const left = messages.filter(
      ({ id, external_id: mid }) => id !== gone.id && (mid === null || mid !== gone.external_id),
    );
    if (left.length < messages.length) this.state.merge({ messages: left });
  }

  private async page(cursor?: string) {
    const { data } = await inboxListMessages({
      ...calling,
      path: { id: this.conversationId },
      query: { limit: pageSize, cursor },
    });
    return data;
  }
}
