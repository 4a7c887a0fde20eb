import { useState } from 'react';
import { t } from '../i18n/index.js';
import {
  CredentialForm,
  CurrentPasswordField,
  EmailField,
  NewPasswordField,
  postJson,
  textOf,
  wordsOf,
} from './credential-form.js';
import { signInWithPassword, takeToken } from './session.js';

function SignInForm() {
  const [withToken, setWithToken] = useState(false);
  const send = async (form: FormData): Promise<string | undefined> => {
    if (withToken) return (await takeToken(textOf(form, 'token').trim())) ? undefined : t('signIn.badToken');
    const answer = await signInWithPassword(textOf(form, 'email'), textOf(form, 'current'));
    if (answer.status === 401) return t('signIn.wrong');
    return answer.ok ? undefined : wordsOf(answer);
  };
  const other = (
    <button type="button" className="plain" onClick={() => setWithToken(!withToken)}>
      {t(withToken ? 'signIn.withPassword' : 'signIn.withToken')}
    </button>
  );
  return (
    <CredentialForm submit={t('signIn.submit')} send={send} after={other}>
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
          <EmailField />
          <CurrentPasswordField />
        </>
      )}
    </CredentialForm>
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
  const join = async (form: FormData): Promise<string | undefined> => {
    const answer = await postJson(path, {
      token: window.location.hash.slice(1),
      name: textOf(form, 'name'),
      password: textOf(form, 'password'),
      ...(withEmail ? { email: textOf(form, 'email') } : {}),
    });
    if (!answer.ok) return wordsOf(answer);
    // The token has done its work: it must not stay in the history.
    window.location.replace('/app/');
    return undefined;
  };
  return (
    <main className="centred" id="content">
      <h1>{title}</h1>
      {hint && <p>{hint}</p>}
      <CredentialForm submit={submit} send={join}>
        <label>
          {t('person.name')}
          <input name="name" autoComplete="name" required maxLength={100} />
        </label>
        {withEmail && <EmailField />}
        <NewPasswordField />
      </CredentialForm>
    </main>
  );
}
