import { useId, useState, type KeyboardEvent } from 'react';
import { t, type MessageKey } from '../i18n/index.js';
import { Dialog, useObservable } from '../ui/index.js';
import { overlay } from './overlays.js';
import { navigate } from './router.js';
import { actions, places, shortcutKeys } from './shortcuts.js';

/** What lies over the page, when there is something. */
export function Overlays({ isAdmin }: { isAdmin: boolean }) {
  const shown = useObservable(overlay);
  if (shown === 'palette') return <Palette isAdmin={isAdmin} />;
  return shown === 'keys' ? <KeysDialog /> : null;
}

const close = (): void => overlay.set(undefined);

function KeysDialog() {
  return (
    <Dialog title={t('keys.title')} onClose={close}>
      <Keys />
      <button type="button" onClick={close}>
        {t('common.close')}
      </button>
    </Dialog>
  );
}

/** Which key does what; the same list in the settings and over the page. */
export function Keys() {
  return (
    <dl className="keys">
      {shortcutKeys.map(([keys, meaning]) => (
        <div key={keys}>
          <dt>
            <kbd>{keys}</kbd>
          </dt>
          <dd>{t(meaning)}</dd>
        </div>
      ))}
    </dl>
  );
}

interface Command {
  name: string;
  keys?: string;
  run: () => void;
}

const pages: readonly [to: string, key: MessageKey, adminOnly?: true][] = [
  ['/inbox/snoozed', 'view.snoozed'],
  ['/inbox/all', 'view.all'],
  ['/comments', 'nav.comments'],
  ['/accounts', 'nav.accounts'],
  ['/staff', 'nav.staff'],
  ['/staff/canned-replies', 'canned.title'],
  ['/staff/labels', 'labels.title'],
  ['/setup', 'nav.setup'],
  ['/operations/deliveries', 'nav.operations', true],
  ['/me', 'nav.settings'],
];

const onConversation: readonly [key: string, name: MessageKey][] = [
  ['r', 'keys.reply'],
  ['e', 'keys.done'],
  ['t', 'keys.takeOver'],
  ['a', 'assign.me'],
  ['A', 'assign.button'],
  ['s', 'snooze.button'],
  ['l', 'labels.title'],
  ['n', 'notes.add'],
];

function commands(isAdmin: boolean): Command[] {
  const isOpen = document.querySelector('[data-done]') !== null;
  const acts = isOpen ? onConversation : [];
  return [
    ...acts.map(([key, name]) => ({ name: t(name), keys: key, run: () => actions[key]?.() })),
    ...Object.entries(places).map(([key, [to, name]]) => ({
      name: t(name),
      keys: `g ${key}`,
      run: () => navigate(to),
    })),
    ...pages
      .filter(([, , adminOnly]) => !adminOnly || isAdmin)
      .map(([to, name]) => ({ name: t(name), run: () => navigate(to) })),
    { name: t('keys.title'), keys: '?', run: () => overlay.set('keys') },
  ];
}

/** Everything by a few letters: pages, what can be done with the open conversation, and searching. */
function Palette({ isAdmin }: { isAdmin: boolean }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const [all] = useState(() => commands(isAdmin));
  const list = useId();
  const wanted = text.trim().toLocaleLowerCase();
  const found = all.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
  const search: Command = {
    name: t('palette.search', { q: text.trim() }),
    run: () => navigate(`/inbox/open?q=${encodeURIComponent(text.trim())}`),
  };
  const shown = wanted === '' ? found : [...found, search];
  const run = (command: Command | undefined): void => {
    close();
    // The dialog gives the focus back first; what is done may take it elsewhere.
    if (command) setTimeout(command.run);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((at + step + shown.length) % shown.length);
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      run(shown[at]);
    }
  };
  return (
    <Dialog title={t('palette.title')} onClose={close}>
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={`${list}-${at}`}
        aria-label={t('palette.title')}
        className="palette-field"
        dir="auto"
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={list} role="listbox" aria-label={t('palette.title')} className="palette-list">
        {shown.map((command, index) => (
          <li
            key={`${command.name} ${command.keys ?? ''}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onPointerMove={() => setAt(index)}
            onClick={() => run(command)}
          >
            <bdi>{command.name}</bdi>
            {command.keys && <kbd>{command.keys}</kbd>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
