import { Observable } from '../ui/observable.js';

/** What lies over the page: the palette, or the list of keys. */
export const overlay = new Observable<'palette' | 'keys' | undefined>(undefined);
