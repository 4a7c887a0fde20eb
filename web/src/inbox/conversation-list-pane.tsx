import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { navigate } from '../app/router.js';
import { t } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { Empty, ErrorNotice, Icon, Link, useObservable } from '../ui/index.js';
import type { ConversationList } from './conversation-list.js';
import { ConversationRow, rowHeight } from './conversation-row.js';
import { useStore } from './store-context.js';
import { ViewLinks } from './view-links.js';
import type { ViewName } from './views.js';

const beyond = 6;
/** The server counts no further. */
const countedTo = 1_000;

interface Props {
  view: ViewName;
  q: string;
  selected: string | undefined;
}

/** The list: only the rows in sight are in the page, however many there are. */
export function ConversationListPane({ view, q, selected }: Props) {
  const store = useStore();
  const list = store.list(view, q || undefined);
  const state = useObservable(list.state);
  useEffect(() => () => (q ? store.forget(list) : undefined), [store, list, q]);
  const toOf = (id: string) => `/inbox/${view}/${id}${q ? `?q=${encodeURIComponent(q)}` : ''}`;
  return (
    <section className="pane list-pane" aria-label={t('list.label')}>
      <header className="list-head">
        <h1>{t(`view.${view}`)}</h1>
        <span className="quiet">
          {state.status === 'ready' && t(state.total >= countedTo ? 'list.many' : 'list.total', { n: state.total })}
        </span>
      </header>
      <nav className="views-strip" aria-label={t('nav.views')}>
        <ViewLinks path={`/inbox/${view}`} />
      </nav>
      <Search view={view} q={q} key={view} />
      {state.error && <ErrorNotice error={state.error} onRetry={() => void list.load()} />}
      {state.status === 'loading' && <Skeleton />}
      {state.status === 'ready' && state.ids.length === 0 && <Nothing view={view} q={q} />}
      {state.ids.length > 0 && <Rows key={`${view} ${q}`} list={list} selected={selected} toOf={toOf} />}
    </section>
  );
}

function Search({ view, q }: { view: ViewName; q: string }) {
  const [text, setText] = useState(q);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const change = (value: string): void => {
    setText(value);
    clearTimeout(timer.current);
    const to = value.trim() ? `/inbox/${view}?q=${encodeURIComponent(value.trim())}` : `/inbox/${view}`;
    timer.current = setTimeout(() => navigate(to, { replace: true }), 250);
  };
  return (
    <div className="search">
      <Icon name="search" size={18} />
      <input
        type="search"
        data-search
        aria-label={t('list.search')}
        placeholder={t('list.search')}
        value={text}
        maxLength={100}
        onChange={({ target }) => change(target.value)}
      />
    </div>
  );
}

interface RowsProps {
  list: ConversationList;
  selected: string | undefined;
  toOf: (id: string) => string;
}

function Rows({ list, selected, toOf }: RowsProps) {
  const { ids, fresh, cursor } = useObservable(list.state);
  const scroller = useRef<HTMLDivElement>(null);
  const [span, setSpan] = useState({ top: 0, height: 800 });
  const pointed = useRef(false);
  const [focused, setFocused] = useState<string>();
  const isHeld = useCallback(
    () =>
      pointed.current || (scroller.current?.scrollTop ?? 0) > 4 || scroller.current?.contains(document.activeElement),
    [],
  );
  const look = useCallback(() => {
    const { current } = scroller;
    if (!current) return;
    setSpan({ top: current.scrollTop, height: current.clientHeight });
    list.hold(Boolean(isHeld()));
    if (current.scrollHeight - current.scrollTop - current.clientHeight < 10 * rowHeight) void list.loadMore();
  }, [list, isHeld]);
  useLayoutEffect(() => {
    look();
    const watch = new ResizeObserver(look);
    if (scroller.current) watch.observe(scroller.current);
    return () => {
      watch.disconnect();
      list.hold(false);
    };
  }, [list, look]);
  const from = Math.max(0, Math.floor(span.top / rowHeight) - beyond);
  const to = Math.min(ids.length, Math.ceil((span.top + span.height) / rowHeight) + beyond);
  const shown = ids.slice(from, to);
  const stop = [focused, selected].find((id) => id !== undefined && shown.includes(id)) ?? shown[0];
  const point = (over: boolean): void => {
    pointed.current = over;
    list.hold(Boolean(isHeld()));
  };
  const settle = (): void => {
    scroller.current?.scrollTo({ top: 0 });
    list.settle();
  };
  return (
    <div
      className="rows-frame"
      onPointerEnter={() => point(true)}
      onPointerLeave={() => point(false)}
      onBlur={() => requestAnimationFrame(() => list.hold(Boolean(isHeld())))}
      onFocus={({ target }) => {
        setFocused(target.dataset['row']);
        list.hold(true);
      }}
    >
      {fresh.size > 0 && (
        <button type="button" className="pill" onClick={settle}>
          {t('list.fresh', { n: fresh.size })} ↑
        </button>
      )}
      <div
        ref={scroller}
        className="rows"
        role="group"
        aria-label={t('list.label')}
        onScroll={look}
        onKeyDown={(event) => moveFocus(event)}
      >
        <div className="rows-inner" style={{ blockSize: ids.length * rowHeight }}>
          {shown.map((id, at) => (
            <ConversationRow
              key={id}
              id={id}
              to={toOf(id)}
              index={from + at}
              selected={id === selected}
              focusable={id === stop}
            />
          ))}
        </div>
        {cursor !== null && <p className="quiet more">{t('common.loading')} …</p>}
      </div>
    </div>
  );
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = (event.target as HTMLElement).closest<HTMLElement>('[data-row]');
  if (step === undefined || !row) return;
  event.preventDefault();
  const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  if (next instanceof HTMLElement) {
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
  }
}

function Nothing({ view, q }: { view: ViewName; q: string }) {
  const mayConnect = useMay('owner');
  if (q) {
    return (
      <Empty>
        <p>{t('list.empty.search', { q })}</p>
        <Link to={`/inbox/${view}`}>{t('list.clear')}</Link>
      </Empty>
    );
  }
  return (
    <Empty>
      <p>{t(`list.empty.${view}`)}</p>
      {view === 'open' && <Link to={mayConnect ? '/setup' : '/accounts'}>{t('list.connect')}</Link>}
    </Empty>
  );
}

function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label={t('common.loading')}>
      {Array.from({ length: 8 }, (_, index) => (
        <span key={index} />
      ))}
    </div>
  );
}
