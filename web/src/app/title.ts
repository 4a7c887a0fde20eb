import { useEffect } from 'react';
import { useStore } from '../inbox/index.js';
import { t, useLanguage } from '../i18n/index.js';
import { useObservable } from '../ui/index.js';
import { preferences } from './preferences.js';

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
  useEffect(
    () =>
      store.arrival.subscribe(() => {
        if (preferences.get().sound && document.visibilityState === 'hidden') ring();
      }),
    [store],
  );
}

/** Two short tones, made here: no file to load. */
function ring(): void {
  const sound = new AudioContext();
  const gain = sound.createGain();
  gain.gain.value = 0.06;
  gain.connect(sound.destination);
  [660, 880].forEach((frequency, index) => {
    const tone = sound.createOscillator();
    tone.frequency.value = frequency;
    tone.connect(gain);
    tone.start(sound.currentTime + index * 0.12);
    tone.stop(sound.currentTime + index * 0.12 + 0.1);
  });
  setTimeout(() => void sound.close(), 600);
}
