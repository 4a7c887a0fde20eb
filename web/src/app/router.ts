import { useSyncExternalStore } from 'react';

/** All pages lie below this address of the server. */
export const base = '/app';

export interface Place {
  /** Below {@link base}, with a slash in front. */
  path: string;
  query: URLSearchParams;
}

const listeners = new Set<() => void>();
let place = read();

function read(): Place {
  const { pathname, search } = window.location;
  return { path: pathname.slice(base.length) || '/', query: new URLSearchParams(search) };
}

function refresh(): void {
  place = read();
  for (const listener of listeners) listener();
}

window.addEventListener('popstate', refresh);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where the person is; changes with every way of getting about. */
export function usePlace(): Place {
  return useSyncExternalStore(subscribe, () => place);
}

export function currentPlace(): Place {
  return place;
}

/** @param to a path below {@link base}, with its query */
export function navigate(to: string, { replace = false } = {}): void {
  window.history[replace ? 'replaceState' : 'pushState'](null, '', base + to);
  refresh();
}

/**
 * @param pattern such as `/inbox/:view/:id`
 * @returns what stands in its places, or `undefined` when the path is another
 */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (wanted.length !== given.length) return undefined;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const own = given[index] as string;
    if (part.startsWith(':')) found[part.slice(1)] = decodeURIComponent(own);
    else if (part !== own) return undefined;
  }
  return found;
}
