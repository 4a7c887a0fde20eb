import { Observable } from '../ui/observable.js';

/** What a person sets for this browser. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  enterSends: boolean;
  singleKeys: boolean;
  tellsSeen: boolean;
  sound: boolean;
  notify: boolean;
  /** Whether the question about notifications was answered here. */
  askedToNotify: boolean;
}

const storageKey = 'preferences';
const initial: Preferences = {
  theme: 'system',
  enterSends: true,
  singleKeys: true,
  tellsSeen: true,
  sound: false,
  notify: false,
  askedToNotify: false,
};

function restore(): Preferences {
  try {
    return { ...initial, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>) };
  } catch {
    return initial;
  }
}

export const preferences = new Observable<Preferences>(restore());

function show({ theme }: Preferences): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

show(preferences.get());
preferences.subscribe(() => {
  show(preferences.get());
  localStorage.setItem(storageKey, JSON.stringify(preferences.get()));
});
