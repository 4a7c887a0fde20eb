import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { calling, sessionsList, sessionsRemove, sessionsRemoveOthers, type SessionView } from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { CredentialForm, CurrentPasswordField, NewPasswordField, postJson, textOf, wordsOf } from '../session/pages.js';
import { ErrorNotice } from '../ui/index.js';
import './staff.css';

const sessionsKey = ['sessions'];

/** A person's own password, and where they are signed in. */
export function MySignIn() {
  return (
    <>
      <Sessions />
      <ChangePassword />
    </>
  );
}

function Sessions() {
  const queries = useQueryClient();
  const found = useQuery({
    queryKey: sessionsKey,
    queryFn: async () => (await sessionsList({ ...calling })).data.data,
  });
  const others = useMutation({
    mutationFn: () => sessionsRemoveOthers({ ...calling }),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionsKey }),
  });
  const isElsewhere = (found.data ?? []).some(({ current }) => !current);
  return (
    <section className="card" aria-label={t('sessions.title')}>
      <h2>{t('sessions.title')}</h2>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      <ul className="people">
        {found.data?.map((session) => (
          <Session key={session.id} session={session} />
        ))}
      </ul>
      {isElsewhere && (
        <div className="buttons">
          <button type="button" disabled={others.isPending} onClick={() => others.mutate()}>
            {t('sessions.endOthers')}
          </button>
        </div>
      )}
      {others.error && <ErrorNotice error={others.error} />}
    </section>
  );
}

function Session({ session }: { session: SessionView }) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => sessionsRemove({ ...calling, path: { id: session.id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: sessionsKey }),
  });
  return (
    <li>
      <div>
        <bdi>{browserOf(session.user_agent)}</bdi> {session.current && <strong>{t('sessions.current')}</strong>}
        <p className="quiet">{t('sessions.seen', { time: dayAndTime(session.seen_at) })}</p>
        {end.error && <ErrorNotice error={end.error} />}
      </div>
      {!session.current && (
        <button type="button" disabled={end.isPending} onClick={() => end.mutate()}>
          {t('sessions.end')}
        </button>
      )}
    </li>
  );
}

const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'];

/** Such as “Firefox, Linux”: enough to know one's own again. */
function browserOf(userAgent: string): string {
  const browser = browsers.find(([mark]) => userAgent.includes(mark))?.[1];
  const system = systems.find((name) => userAgent.includes(name));
  return [browser, system].filter(Boolean).join(', ') || userAgent.slice(0, 60);
}

function ChangePassword() {
  const [done, setDone] = useState(0);
  const send = async (form: FormData): Promise<string | undefined> => {
    const body = { current_password: textOf(form, 'current'), new_password: textOf(form, 'password') };
    const answer = await postJson('/auth/password', body);
    if (!answer.ok) return wordsOf(answer);
    setDone(done + 1);
    return undefined;
  };
  return (
    <section aria-label={t('password.title')}>
      <h2>{t('password.title')}</h2>
      <CredentialForm key={done} submit={t('password.submit')} send={send}>
        <CurrentPasswordField label={t('password.current')} />
        <NewPasswordField label={t('password.new')} />
        {done > 0 && <p role="status">{t('password.done')}</p>}
      </CredentialForm>
    </section>
  );
}
