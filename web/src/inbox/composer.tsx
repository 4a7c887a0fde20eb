import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { ConversationView } from '../api/index.js';
import { preferences } from '../app/preferences.js';
import { dayAndTime, t, useNow } from '../i18n/index.js';
import { Icon, useObservable } from '../ui/index.js';
import { draftOf, saveDraft } from './drafts.js';
import { useStore } from './store-context.js';
import { windowOf } from './window.js';

/** Meta's bound of one message, in bytes of UTF-8. */
const partBytes = 1_000;
const maxLength = 10_000;
const encoder = new TextEncoder();

/** Where a person answers; one for each conversation, so that a text never goes to somebody else. */
export function Composer({ conversation }: { conversation: ConversationView }) {
  const now = useNow();
  const [asHuman, setAsHuman] = useState(false);
  const { participant_name: name, human_agent_until: humanUntil } = conversation;
  const isClosed = windowOf(conversation, now)?.urgency === 'closed';
  const mayAsHuman = humanUntil !== null && Date.parse(humanUntil) > now;
  if (isClosed && mayAsHuman && !asHuman) {
    return (
      <footer className="composer closed">
        <Icon name="clock" />
        <p>{t('composer.humanAgent', { time: dayAndTime(humanUntil) })}</p>
        <button type="button" onClick={() => setAsHuman(true)}>
          {t('composer.useHumanAgent')}
        </button>
      </footer>
    );
  }
  if (isClosed && !asHuman) return <Closed text={t('composer.closed', { name })} />;
  if (!conversation.can_reply && !isClosed) return <Closed text={t('composer.cannot')} />;
  return <Writing conversation={conversation} humanAgent={isClosed} />;
}

function Closed({ text }: { text: string }) {
  return (
    <footer className="composer closed">
      <Icon name="clock" />
      <p>{text}</p>
    </footer>
  );
}

function Writing({ conversation, humanAgent }: { conversation: ConversationView; humanAgent: boolean }) {
  const { outbox } = useStore();
  const draft = useObservable(draftOf(conversation.id));
  const { enterSends } = useObservable(preferences);
  const field = useRef<HTMLTextAreaElement>(null);
  const name = conversation.participant_name;
  useLayoutEffect(() => {
    const { current } = field;
    if (!current) return;
    current.style.blockSize = 'auto';
    current.style.blockSize = `${Math.min(current.scrollHeight, 220)}px`;
  }, [draft]);
  useEffect(() => {
    if (window.matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, []);
  const send = (): void => {
    if (draft.trim() === '') return;
    outbox.add(conversation, draft, humanAgent);
    saveDraft(conversation.id, '');
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey) return;
    if (!enterSends && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  };
  const parts = Math.ceil(encoder.encode(draft).length / partBytes);
  return (
    <footer className="composer">
      {(parts > 1 || (draft !== '' && !conversation.agent_paused)) && (
        <p className="quiet composer-hint">
          {!conversation.agent_paused && t('composer.takesOver')} {parts > 1 && t('composer.parts', { n: parts })}
        </p>
      )}
      <div className="composer-line">
        <textarea
          ref={field}
          data-composer
          dir="auto"
          rows={1}
          value={draft}
          maxLength={maxLength}
          aria-label={t('composer.label', { name })}
          placeholder={t('composer.placeholder', { name })}
          onChange={({ target }) => saveDraft(conversation.id, target.value)}
          onKeyDown={onKeyDown}
        />
        <button type="button" className="primary" aria-label={t('composer.send', { name })} onClick={send}>
          <Icon name="send" />
        </button>
      </div>
    </footer>
  );
}
