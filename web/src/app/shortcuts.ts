import { useEffect } from 'react';
import type { MessageKey } from '../i18n/index.js';
import { overlay } from './overlays.js';
import { currentPlace, match, navigate } from './router.js';
import { preferences } from './preferences.js';

/** Single keys outside text fields only; no Alt, which types letters in many languages. */
export const shortcutKeys = [
  ['Ctrl/⌘ K', 'keys.palette'],
  ['j / k', 'keys.next'],
  ['r', 'keys.reply'],
  ['e', 'keys.done'],
  ['t', 'keys.takeOver'],
  ['a / A', 'keys.assign'],
  ['s', 'keys.snooze'],
  ['l / n', 'keys.details'],
  ['/', 'keys.search'],
  ['/ …', 'keys.canned'],
  ['g i / u / m / w / c / d', 'keys.go'],
  ['Esc', 'keys.leave'],
  ['?', 'keys.help'],
] as const;

/** Where `g` and another key lead. */
export const places: Record<string, readonly [to: string, name: MessageKey]> = {
  i: ['/inbox/open', 'view.open'],
  u: ['/inbox/unread', 'view.unread'],
  m: ['/inbox/mine', 'view.mine'],
  w: ['/inbox/waiting', 'view.waiting'],
  c: ['/inbox/closing', 'view.closing'],
  d: ['/inbox/done', 'view.done'],
};
let leading = false;

const focus = (selector: string): void => document.querySelector<HTMLElement>(selector)?.focus();
const click = (selector: string): void => document.querySelector<HTMLElement>(selector)?.click();

function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const current = rows.findIndex((row) => row.getAttribute('aria-current') === 'true');
  const next = rows[current < 0 ? 0 : current + by];
  next?.scrollIntoView({ block: 'nearest' });
  next?.click();
}

/** Beside the conversation, or in the dialog that has it where there is no room. */
function inDetails(selector: string): void {
  const here = document.querySelector<HTMLElement>(selector);
  if (here?.checkVisibility()) return here.focus();
  click('[data-details]');
  setTimeout(() => document.querySelector<HTMLElement>(`dialog ${selector}`)?.focus());
}

export const actions: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  r: () => focus('[data-composer]'),
  e: () => click('[data-done]'),
  t: () => click('[data-take-over]'),
  a: () => click('[data-assign-me]'),
  A: () => click('[data-assign]'),
  s: () => click('[data-snooze]'),
  l: () => inDetails('[data-labels]'),
  n: () => inDetails('[data-note]'),
  '/': () => focus('[data-search]'),
  '?': () => overlay.set('keys'),
  g: () => {
    leading = true;
    setTimeout(() => (leading = false), 1_500);
  },
};

function leave(field: boolean): void {
  if (field) {
    (document.activeElement as HTMLElement).blur();
    return;
  }
  const open = match('/inbox/:view/:id', currentPlace().path);
  if (open) navigate(`/inbox/${open['view']}`);
}

/** With a modifier, so that it fires while somebody types, too. */
function isPaletteKey({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): boolean {
  return key.toLowerCase() === 'k' && (ctrlKey || metaKey) && !altKey && !shiftKey;
}

function onKeyDown(event: KeyboardEvent): void {
  if (isPaletteKey(event) && !document.querySelector('dialog[open]')) {
    event.preventDefault();
    overlay.set('palette');
    return;
  }
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const target = event.target as HTMLElement;
  const field = target.matches('input, textarea, select, [contenteditable]');
  if (document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape') return leave(field);
  if (field || !preferences.get().singleKeys) return;
  const to = leading ? places[event.key]?.[0] : undefined;
  leading = false;
  const action = to === undefined ? actions[event.key] : () => navigate(to);
  if (!action) return;
  event.preventDefault();
  action();
}

export function useShortcuts(): void {
  useEffect(() => {
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
