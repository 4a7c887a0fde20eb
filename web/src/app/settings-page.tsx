import { chooseLanguage, languages, t, tIfKnown, useLanguage, type Language } from '../i18n/index.js';
import { session, signOut } from '../session/index.js';
import { MySignIn } from '../staff/index.js';
import { useObservable } from '../ui/index.js';
import { preferences, type Preferences } from './preferences.js';
import { askToNotify, mayNotify, ring } from './notifications.js';
import { Keys } from './palette.js';

const switches = [
  ['enterSends', 'settings.enter'],
  ['singleKeys', 'settings.keys'],
  ['tellsSeen', 'settings.read'],
  ['sound', 'settings.sound'],
] as const;

export function SettingsPage() {
  const language = useLanguage();
  const chosen = useObservable(preferences);
  const now = useObservable(session);
  return (
    <div className="page">
      <h1>{t('settings.title')}</h1>
      <section className="card form">
        <label>
          {t('settings.language')}
          <select value={language} onChange={({ target }) => void chooseLanguage(target.value as Language)}>
            {Object.entries(languages).map(([tag, name]) => (
              <option key={tag} value={tag} lang={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('settings.theme')}
          <select
            value={chosen.theme}
            onChange={({ target }) => preferences.merge({ theme: target.value as Preferences['theme'] })}
          >
            {(['system', 'light', 'dark'] as const).map((theme) => (
              <option key={theme} value={theme}>
                {t(`settings.theme.${theme}`)}
              </option>
            ))}
          </select>
        </label>
        {switches.map(([name, label]) => (
          <label key={name} className="switch">
            <input
              type="checkbox"
              checked={chosen[name]}
              onChange={({ target }) => preferences.merge({ [name]: target.checked })}
            />
            {t(label)}
          </label>
        ))}
        <label className="switch">
          <input
            type="checkbox"
            checked={chosen.notify && mayNotify()}
            onChange={({ target }) => (target.checked ? void askToNotify() : preferences.merge({ notify: false }))}
          />
          {t('settings.notify')}
        </label>
        {'Notification' in window && Notification.permission === 'denied' && (
          <p className="quiet">{t('notify.blocked')}</p>
        )}
        <div className="buttons">
          <button type="button" onClick={ring}>
            {t('settings.soundTest')}
          </button>
        </div>
      </section>
      <section className="card">
        <h2>{t('keys.title')}</h2>
        <Keys />
      </section>
      {now.state === 'in' && now.via === 'cookie' && <MySignIn />}
      {now.state === 'in' && (
        <section className="card">
          <p dir="auto">
            {t('settings.me', { name: now.me.name, role: tIfKnown(`role.${now.me.role}`) ?? now.me.role })}
          </p>
          <button type="button" onClick={() => void signOut()}>
            {t('settings.signOut')}
          </button>{' '}
          <small>{t('settings.signOutHint')}</small>
        </section>
      )}
    </div>
  );
}
