import { useEffect } from 'react';
import { useStore } from '../inbox/index.js';
import { t, useLanguage } from '../i18n/index.js';
import { useObservable } from '../ui/index.js';

/** People sit in other tabs: how many are unread stands in the title, and on the app's icon where there is one. */
export function useTitle(): void {
  const store = useStore();
  const language = useLanguage();
  const unread = useObservable(store.counts.views)?.unread.count ?? 0;
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t('app')}` : t('app');
    const set = unread > 0 ? navigator.setAppBadge?.(unread) : navigator.clearAppBadge?.();
    set?.catch(() => undefined);
  }, [unread, language]);
}
