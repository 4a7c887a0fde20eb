import { createContext, useContext } from 'react';
import type { InboxStore } from './inbox-store.js';

export const StoreContext = createContext<InboxStore | undefined>(undefined);

export function useStore(): InboxStore {
  const store = useContext(StoreContext);
  if (!store) throw new Error('there is no inbox around this');
  return store;
}
