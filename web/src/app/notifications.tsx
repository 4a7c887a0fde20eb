import { useEffect } from 'react';
import { useStore } from '../inbox/index.js';
import { t } from '../i18n/index.js';
import { useObservable } from '../ui/index.js';
import { preferences } from './preferences.js';
import { navigate } from './router.js';

export const mayNotify = (): boolean => 'Notification' in window && Notification.permission === 'granted';

/** Asks the browser, which asks the person; only ever after a click. */
export async function askToNotify(): Promise<void> {
  preferences.merge({ askedToNotify: true });
  if (!('Notification' in window)) return;
  const answer = await Notification.requestPermission();
  preferences.merge({ notify: answer === 'granted' });
}

/** Tells of new messages while nobody looks: one notification a conversation, rung by one tab of all. */
export function useNotifications(): void {
  const { arrival } = useStore();
  useEffect(
    () =>
      arrival.subscribe(() => {
        const { message, conversation } = arrival.get() ?? {};
        if (!message || document.visibilityState === 'visible') return;
        const { sound, notify } = preferences.get();
        void oneTabOf(`told:${message.id}`, () => {
          if (sound) ring();
          if (notify && mayNotify()) show(conversation?.participant_name ?? t('app'), message.conversation_id);
        });
      }),
    [arrival],
  );
}

/** Longer than tabs are apart in hearing of it. */
const heldMs = 5_000;

/** Of several tabs that hear of the same thing the first acts. */
async function oneTabOf(name: string, act: () => void): Promise<void> {
  if (!('locks' in navigator)) return act();
  await navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    act();
    await new Promise((resolve) => setTimeout(resolve, heldMs));
  });
}

/** Who wrote, not what: a notification is read by who happens to see the screen. */
function show(name: string, conversationId: string): void {
  const shown = new Notification(name, { body: t('list.fresh', { n: 1 }), tag: conversationId });
  shown.onclick = () => {
    window.focus();
    navigate(`/inbox/open/${conversationId}`);
    shown.close();
  };
}

/** Two short tones, made here: no file to load. */
export function ring(): void {
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

/** The question, where it makes sense: beside the first list that somebody works with. Asked once. */
export function NotifyQuestion() {
  const { askedToNotify } = useObservable(preferences);
  const counts = useObservable(useStore().counts.views);
  if (askedToNotify || !('Notification' in window) || Notification.permission !== 'default') return null;
  if (!counts || counts.all.count === 0) return null;
  return (
    <div className="notice">
      <p>{t('notify.ask')}</p>
      <button type="button" onClick={() => void askToNotify()}>
        {t('notify.yes')}
      </button>
      <button type="button" onClick={() => preferences.merge({ askedToNotify: true })}>
        {t('notify.no')}
      </button>
    </div>
  );
}
