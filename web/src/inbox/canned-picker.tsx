import { useQuery } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { calling, cannedRepliesList, type ApiError, type CannedReplyView } from '../api/index.js';
import { t } from '../i18n/index.js';
import { ErrorNotice, Link } from '../ui/index.js';
import { fitting, type Shortcut } from './canned-text.js';

const freshMs = 30_000;
const nothing: readonly CannedReplyView[] = [];

export interface Picker {
  isOpen: boolean;
  found: readonly CannedReplyView[];
  /** Which one is marked. */
  at: number;
  error: ApiError | null;
  isLoading: boolean;
  hasAny: boolean;
  mark(at: number): void;
  pick(at: number): void;
  /** @returns whether the key was the picker's */
  onKeyDown(event: KeyboardEvent): boolean;
}

/** Canned replies while a shortcut is being typed, as they read for this customer. */
export function useCannedPicker(
  conversationId: string,
  shortcut: Shortcut | undefined,
  insert: (text: string) => void,
): Picker {
  /** The shortcut that was left by Escape: it is text from then on. */
  const [left, setLeft] = useState<number>();
  const [marked, setMarked] = useState({ query: '', at: 0 });
  const isOpen = shortcut !== undefined && shortcut.from !== left;
  const query = shortcut?.query ?? '';
  const { data, error, isPending } = useQuery<readonly CannedReplyView[], ApiError>({
    queryKey: ['canned replies', 'filled', conversationId],
    queryFn: async () =>
      (await cannedRepliesList({ ...calling, query: { conversation_id: conversationId } })).data.data,
    enabled: isOpen,
    staleTime: freshMs,
  });
  const all = data ?? nothing;
  const found = isOpen ? fitting(all, query) : nothing;
  const at = marked.query === query ? Math.min(marked.at, Math.max(0, found.length - 1)) : 0;
  const mark = (next: number): void => setMarked({ query, at: next });
  const pick = (which: number): void => {
    const reply = found[which];
    if (reply) insert(reply.filled?.text ?? reply.text);
  };
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isOpen || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) mark((at + step + found.length) % found.length);
    else if ((event.key === 'Enter' || event.key === 'Tab') && found.length > 0) pick(at);
    else if (event.key === 'Escape') setLeft(shortcut.from);
    else return false;
    event.preventDefault();
    return true;
  };
  if (shortcut === undefined && left !== undefined) setLeft(undefined);
  return { isOpen, found, at, error, isLoading: isPending, hasAny: all.length > 0, mark, pick, onKeyDown };
}

/** The list above the field; the focus stays in the field. */
export function CannedPicker({ id, picker }: { id: string; picker: Picker }) {
  const { found, at, error, isLoading, hasAny } = picker;
  if (error) return <ErrorNotice error={error} />;
  if (found.length === 0) {
    return (
      <p className="quiet composer-hint" role="status" id={id}>
        {isLoading && `${t('common.loading')} …`}
        {!isLoading && t(hasAny ? 'canned.none' : 'canned.empty')}{' '}
        {!isLoading && !hasAny && <Link to="/staff/canned-replies">{t('canned.title')}</Link>}
      </p>
    );
  }
  return (
    <ul id={id} role="listbox" aria-label={t('canned.title')} className="palette-list canned-list">
      {found.map((reply, index) => (
        <li
          key={reply.id}
          id={`${id}-${index}`}
          ref={index === at ? (row) => row?.scrollIntoView({ block: 'nearest' }) : undefined}
          role="option"
          aria-selected={index === at}
          // The field keeps the focus, and the shortcut with it.
          onPointerDown={(event) => event.preventDefault()}
          onPointerMove={() => index !== at && picker.mark(index)}
          onClick={() => picker.pick(index)}
        >
          <kbd dir="ltr">/{reply.shortcut}</kbd>
          <span dir="auto">{reply.filled?.text ?? reply.text}</span>
        </li>
      ))}
    </ul>
  );
}
