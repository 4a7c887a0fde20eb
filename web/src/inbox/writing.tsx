import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type SyntheticEvent } from 'react';
import type { ConversationView } from '../api/index.js';
import { preferences } from '../app/preferences.js';
import { dayAndTime, duration, t, useNow } from '../i18n/index.js';
import { Icon, useObservable } from '../ui/index.js';
import { CannedPicker, useCannedPicker } from './canned-picker.js';
import { openPlaceIn, shortcutAt } from './canned-text.js';
import { useQuicker } from './quicker.js';
import { useStore } from './store-context.js';
import { windowOf } from './window.js';

/** Meta's bound of one message, in bytes of UTF-8. */
const partBytes = 1_000;
const maxLength = 10_000;
const maxHeightPx = 220;
const encoder = new TextEncoder();

type Selected = [from: number, to: number];

/** The field: a draft that is kept, canned replies by `/`, and what there is to know before it goes out. */
export function Writing({ conversation, humanAgent }: { conversation: ConversationView; humanAgent: boolean }) {
  const { outbox, drafts, presence } = useStore();
  const { id, participant_name: name } = conversation;
  const draft = useObservable(drafts.of(id));
  const { field, select } = useField(draft);
  const [caret, setCaret] = useState(-1);
  const [isRefused, setRefused] = useState(false);
  const list = useId();
  const quicker = useQuicker(id, draft !== '');
  const write = (text: string, selected?: Selected): void => {
    select(selected);
    setRefused(false);
    if (draft === '') quicker.begin();
    drafts.write(id, text);
  };
  const shortcut = shortcutAt(draft, caret);
  const picker = useCannedPicker(id, shortcut, (text) => {
    if (!shortcut) return;
    const end = shortcut.from + text.length;
    const next = draft.slice(0, shortcut.from) + text + draft.slice(caret);
    const open = openPlaceIn(text);
    write(next, open ? [shortcut.from + open.from, shortcut.from + open.to] : [end, end]);
    setCaret(end);
    field.current?.focus();
  });
  useEffect(() => {
    // Without the server the draft of this browser stands.
    drafts.look(id).catch(() => undefined);
  }, [drafts, id]);
  const send = (): void => {
    if (draft.trim() === '') return;
    const open = openPlaceIn(draft);
    if (open) {
      setRefused(true);
      field.current?.focus();
      field.current?.setSelectionRange(open.from, open.to);
    }
    if (open || quicker.ask()) return;
    outbox.add(id, draft, { humanAgent });
    write('');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing || picker.onKeyDown(event)) return;
    if (event.key !== 'Enter' || event.shiftKey) return;
    if (!preferences.get().enterSends && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  };
  const follow = ({ currentTarget }: SyntheticEvent<HTMLTextAreaElement>): void => setCaret(caretOf(currentTarget));
  return (
    <footer className="composer">
      {picker.isOpen && <CannedPicker id={list} picker={picker} />}
      <Hints
        {...{ conversation, humanAgent, draft }}
        problem={isRefused ? t('composer.openPlace') : quicker.sentence}
      />
      <div className="composer-line">
        <textarea
          ref={field}
          data-composer
          dir="auto"
          rows={1}
          value={draft}
          maxLength={maxLength}
          aria-label={t('composer.label', { name })}
          aria-autocomplete="list"
          aria-haspopup="listbox"
          aria-controls={picker.isOpen ? list : undefined}
          aria-activedescendant={picker.isOpen && picker.found.length > 0 ? `${list}-${picker.at}` : undefined}
          placeholder={t('composer.placeholder', { name })}
          onChange={({ target }) => {
            presence.typed();
            write(target.value);
            setCaret(target.selectionStart);
          }}
          onSelect={follow}
          onBlur={() => setCaret(-1)}
          onKeyDown={onKeyDown}
        />
        <button type="button" className="primary" aria-label={t('composer.send', { name })} onClick={send}>
          <Icon name="send" />
        </button>
      </div>
    </footer>
  );
}

/** @returns where the next letter goes; -1 while something is selected */
function caretOf({ selectionStart: start, selectionEnd: end }: HTMLTextAreaElement): number {
  return start === end ? start : -1;
}

/** As high as its text, with the caret where it belongs; the focus is in it where there is a keyboard. */
function useField(text: string) {
  const field = useRef<HTMLTextAreaElement>(null);
  /** What is to be selected once the text stands in the field. */
  const selection = useRef<Selected>(undefined);
  const select = (next: Selected | undefined): void => {
    selection.current = next;
  };
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.blockSize = 'auto';
    current.style.blockSize = `${Math.min(current.scrollHeight, maxHeightPx)}px`;
    if (selection.current) current.setSelectionRange(...selection.current);
    selection.current = undefined;
  }, [text]);
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, []);
  return { field, select };
}

interface HintsProps {
  conversation: ConversationView;
  humanAgent: boolean;
  draft: string;
  problem: string | undefined;
}

/** What there is to know before it goes out: how long there is time, whom it is taken from, in how many pieces. */
function Hints({ conversation, humanAgent, draft, problem }: HintsProps) {
  const { agent_paused: isPaused, participant_name: name, human_agent_until: humanUntil } = conversation;
  const slow = useNow();
  const isUrgent = windowOf(conversation, slow)?.urgency === 'urgent';
  const now = useNow(isUrgent);
  const left = windowOf(conversation, now);
  const parts = Math.ceil(encoder.encode(draft).length / partBytes);
  const hints = [
    draft !== '' && !isPaused && t('composer.takesOver'),
    parts > 1 && t('composer.parts', { n: parts }),
    humanAgent && humanUntil !== null && t('composer.asPerson', { time: dayAndTime(humanUntil) }),
  ].filter(Boolean);
  return (
    <>
      {problem && (
        <p className="warning composer-hint" role="alert">
          {problem}
        </p>
      )}
      {left && (left.urgency === 'soon' || left.urgency === 'urgent') && (
        <p className="chip composer-hint" data-urgency={left.urgency}>
          <Icon name="clock" size={14} />
          {t('composer.closesIn', { time: duration(left.leftMs) })}{' '}
          {humanUntil === null
            ? t('composer.then', { name })
            : t('composer.thenPerson', { time: dayAndTime(humanUntil) })}
        </p>
      )}
      {hints.length > 0 && <p className="quiet composer-hint">{hints.join(' ')}</p>}
    </>
  );
}
