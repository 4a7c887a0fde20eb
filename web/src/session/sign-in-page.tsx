import { useState, type FormEvent } from 'react';
import { t } from '../i18n/index.js';
import { signInWithPassword, takeToken } from './session.js';

const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

/** @returns what the server says against it, in words */
async function wordsOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { error?: string };
  return body.error ?? String(answer.status);
}

function SignInForm() {
  const [problem, setProblem] = useState<string>();
  const [withToken, setWithToken] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setProblem(undefined);
    if (withToken) {
      if (!takeToken(textOf(form, 'token').trim())) setProblem(t('signIn.badToken'));
      return;
    }
    try {
      const answer = await signInWithPassword(textOf(form, 'email'), textOf(form, 'password'));
      if (answer.status === 401) setProblem(t('signIn.wrong'));
      else if (!answer.ok) setProblem(await wordsOf(answer));
    } catch {
      setProblem(t('error.network'));
    }
  };
  return (
    <form className="card form" onSubmit={(event) => void submit(event)}>
      {withToken ? (
        <label>
          {t('signIn.token')}
          <textarea
            name="token"
            rows={4}
            required
            spellCheck={false}
            autoComplete="off"
            aria-describedby="token-hint"
          />
          <small id="token-hint">{t('signIn.tokenHint')}</small>
        </label>
      ) : (
        <>
          <label>
            {t('signIn.email')}
            <input name="email" type="email" autoComplete="username" required />
          </label>
          <label>
            {t('signIn.password')}
            <input name="password" type="password" autoComplete="current-password" required />
          </label>
        </>
      )}
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="primary">
        {t('signIn.submit')}
      </button>
      {!withToken && (
        <button type="button" className="plain" onClick={() => setWithToken(true)}>
          {t('signIn.withToken')}
        </button>
      )}
    </form>
  );
}

export function SignInPage() {
  return (
    <main className="centred" id="content">
      <h1>{t('signIn.title')}</h1>
      <SignInForm />
    </main>
  );
}

/** In place, above the work: nothing that was written is lost. */
export function SignInAgain() {
  return (
    <>
      <p>{t('signIn.ended')}</p>
      <SignInForm />
    </>
  );
}

interface JoinProps {
  title: string;
  hint?: string;
  submit: string;
  /** Where the form goes, and whether it asks for an address. */
  path: '/auth/first-admin' | '/auth/invites/accept';
  withEmail: boolean;
}

/** The first administrator, or somebody invited. The token comes behind the `#`, which reaches no server's log. */
export function JoinPage({ title, hint, submit, path, withEmail }: JoinProps) {
  const [problem, setProblem] = useState<string>();
  const join = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [email, password] = [textOf(form, 'email'), textOf(form, 'password')];
    const body = {
      token: window.location.hash.slice(1),
      name: textOf(form, 'name'),
      password,
      ...(withEmail ? { email } : {}),
    };
    const answer = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    if (!answer) return setProblem(t('error.network'));
    if (!answer.ok) return setProblem(await wordsOf(answer));
    // The token has done its work: it must not stay in the history.
    window.location.replace('/app/');
    return undefined;
  };
  return (
    <main className="centred" id="content">
      <h1>{title}</h1>
      {hint && <p>{hint}</p>}
      <form className="card form" onSubmit={(event) => void join(event)}>
        <label>
          {t('person.name')}
          <input name="name" autoComplete="name" required maxLength={100} />
        </label>
        {withEmail && (
          <label>
            {t('signIn.email')}
            <input name="email" type="email" autoComplete="username" required />
          </label>
        )}
        <label>
          {t('signIn.password')}
          <input
            name="password"
            type="password"
            autoComplete="new-password"
            minLength={12}
            required
            aria-describedby="password-hint"
          />
          <small id="password-hint">{t('person.passwordHint')}</small>
        </label>
        {problem && (
          <p className="problem" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className="primary">
          {submit}
        </button>
      </form>
    </main>
  );
}
