import { useEffect } from 'react';
import { currentPlace, match, navigate } from './router.js';
import { preferences } from './preferences.js';

/** Single keys outside text fields only; no Alt, which types letters in many languages. */
export const shortcutKeys = [
  ['j / k', 'keys.next'],
  ['r', 'keys.reply'],
  ['e', 'keys.done'],
  ['t', 'keys.takeOver'],
  ['a / A', 'keys.assign'],
  ['s', 'keys.snooze'],
  ['/', 'keys.search'],
  ['g i / u / m / w / c / d', 'keys.go'],
  ['Esc', 'keys.leave'],
  ['?', 'keys.help'],
] as const;

const places: Record<string, string> = {
  i: '/inbox/open',
  u: '/inbox/unread',
  m: '/inbox/mine',
  w: '/inbox/waiting',
  c: '/inbox/closing',
  d: '/inbox/done',
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

const actions: Record<string, () => void> = {
  j: () => step(1),
  k: () => step(-1),
  r: () => focus('[data-composer]'),
  e: () => click('[data-done]'),
  t: () => click('[data-take-over]'),
  a: () => click('[data-assign-me]'),
  A: () => click('[data-assign]'),
  s: () => click('[data-snooze]'),
  '/': () => focus('[data-search]'),
  '?': () => navigate('/me'),
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

function onKeyDown(event: KeyboardEvent): void {
  if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const target = event.target as HTMLElement;
  const field = target.matches('input, textarea, select, [contenteditable]');
  if (document.querySelector('dialog[open]')) return;
  if (event.key === 'Escape') return leave(field);
  if (field || !preferences.get().singleKeys) return;
  const to = leading ? places[event.key] : undefined;
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
