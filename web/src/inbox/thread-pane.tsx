import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { preferences } from '../app/preferences.js';
import type { ApiError } from '../api/index.js';
import { longDay, t } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { Boundary, ErrorNotice, useObservable } from '../ui/index.js';
import { Bubble, OwnBubble } from './bubble.js';
import { Composer } from './composer.js';
import { CustomerPanel } from './customer-panel.js';
import { useStore } from './store-context.js';
import { ThreadHeader } from './thread-header.js';
import { threadItems, type ThreadItem } from './thread-items.js';
import type { Thread, ThreadState } from './thread.js';

const nearEndPx = 80;

/** A conversation: who, what was said, and where to answer. */
export function ThreadPane({ id, backTo }: { id: string; backTo: string }) {
  const store = useStore();
  const conversation = useObservable(store.conversation(id));
  const thread = useMemo(() => store.thread(id), [store, id]);
  const [error, setError] = useState<ApiError>();
  const { tellsSeen } = useObservable(preferences);
  const mayAnswer = useMay('operator');
  const unread = conversation?.unread_count ?? 0;
  useEffect(() => {
    store.find(id).catch((refused: unknown) => setError(refused as ApiError));
  }, [store, id]);
  useEffect(() => {
    if (unread === 0 || !tellsSeen || !mayAnswer) return undefined;
    const mark = (): void => {
      if (document.visibilityState === 'visible') store.patch(id, { read: true }).catch(() => undefined);
    };
    mark();
    document.addEventListener('visibilitychange', mark);
    return () => document.removeEventListener('visibilitychange', mark);
  }, [store, id, unread, tellsSeen, mayAnswer]);
  useEffect(() => (mayAnswer ? store.presence.enter(id) : undefined), [store, id, mayAnswer]);
  if (error) {
    return (
      <section className="pane thread-pane">
        <ErrorNotice error={error} />
      </section>
    );
  }
  const name = conversation?.participant_name ?? '';
  return (
    <>
      <section className="pane thread-pane" aria-label={t('thread.label', { name })}>
        {conversation && <ThreadHeader conversation={conversation} backTo={backTo} />}
        <Messages thread={thread} name={name} />
        {conversation && <Composer conversation={conversation} />}
      </section>
      {conversation && (
        <aside className="pane customer-pane" aria-label={t('customer.title')}>
          <CustomerPanel conversation={conversation} />
        </aside>
      )}
    </>
  );
}

function Messages({ thread, name }: { thread: Thread; name: string }) {
  const store = useStore();
  const state = useObservable(thread.state);
  const entries = useObservable(store.outbox.entries);
  const items = useMemo(
    () =>
      threadItems(
        state.messages,
        entries.filter(({ conversationId }) => conversationId === thread.conversationId),
      ),
    [state.messages, entries, thread.conversationId],
  );
  const { scroller, away, toEnd, look } = useReadingPlace(items, state.messages[0]?.id);
  const onScroll = (): void => {
    look();
    if ((scroller.current?.scrollTop ?? 200) < 200 && state.status === 'ready') void thread.loadOlder();
  };
  return (
    <div className="messages-frame">
      <div
        ref={scroller}
        className="messages"
        role="log"
        aria-live="off"
        aria-label={t('thread.label', { name })}
        tabIndex={0}
        onScroll={onScroll}
      >
        <div className="messages-inner">
          <Older thread={thread} state={state} />
          {state.status === 'error' && state.error && (
            <ErrorNotice error={state.error} onRetry={() => void store.load(thread)} />
          )}
          {state.status === 'ready' && items.length === 0 && <p className="quiet">{t('thread.empty')}</p>}
          {items.map((item) => (
            <Boundary key={item.key} fallback={<p className="system-line">{t('message.broken')}</p>}>
              <Item item={item} name={name} />
            </Boundary>
          ))}
        </div>
      </div>
      {away && (
        <button type="button" className="pill to-end" onClick={toEnd}>
          {t('thread.newest')} ↓
        </button>
      )}
    </div>
  );
}

function Older({ thread, state }: { thread: Thread; state: ThreadState }) {
  if (state.olderError) return <ErrorNotice error={state.olderError} onRetry={() => void thread.loadOlder()} />;
  if (state.loadingOlder || state.status === 'loading') return <p className="quiet">{t('common.loading')} …</p>;
  if (state.cursor === null) return null;
  return (
    <button type="button" className="more" onClick={() => void thread.loadOlder()}>
      {t('thread.older')}
    </button>
  );
}

/**
 * Follows the end while one is there; else what is being read stays where it is, also when older messages come in above
 * it, in browsers without scroll anchoring, too.
 * @param firstId the oldest message shown
 */
function useReadingPlace(items: readonly ThreadItem[], firstId: string | undefined) {
  const scroller = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const anchor = useRef<{ height: number; first: string | undefined }>({ height: 0, first: undefined });
  const toEnd = useCallback(() => {
    const { current } = scroller;
    if (current) current.scrollTop = current.scrollHeight;
  }, []);
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current) return;
    const { height, first: before } = anchor.current;
    if (atEnd.current) toEnd();
    else if (before !== undefined && firstId !== before) current.scrollTop += current.scrollHeight - height;
    anchor.current = { height: current.scrollHeight, first: firstId };
  }, [items, firstId, toEnd]);
  useEffect(() => {
    const { current } = scroller;
    const content = current?.firstElementChild;
    if (!current || !content) return undefined;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    watch.observe(content);
    watch.observe(current);
    return () => watch.disconnect();
  }, [toEnd]);
  const look = (): void => {
    const { current } = scroller;
    if (!current) return;
    atEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < nearEndPx;
    setAway(!atEnd.current);
  };
  return { scroller, away, toEnd, look };
}

function Item({ item, name }: { item: ThreadItem; name: string }) {
  switch (item.kind) {
    case 'day':
      return <p className="day">{longDay(item.at)}</p>;
    case 'message':
      return <Bubble message={item.message} first={item.first} name={name} />;
    case 'own':
      return <OwnBubble entry={item.entry} />;
  }
}
