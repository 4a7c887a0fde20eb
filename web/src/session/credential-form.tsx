import { useState, type FormEvent, type ReactNode } from 'react';
import { t } from '../i18n/index.js';

export const textOf = (form: FormData, name: string): string => {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
};

export const postJson = (path: string, body: unknown): Promise<Response> =>
  fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** @returns what the server says against it, in words */
export async function wordsOf(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { error?: string };
  return body.error ?? String(answer.status);
}

interface Props {
  submit: string;
  /** @returns what is wrong, in words; nothing when it went well */
  send: (form: FormData) => Promise<string | undefined>;
  children: ReactNode;
  /** Below the button. */
  after?: ReactNode;
}

/** A form with a password or the like in it: one answer at a time, and what is wrong said in words. */
export function CredentialForm({ submit, send, children, after }: Props) {
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const onSubmit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setProblem(undefined);
    setBusy(true);
    setProblem(await send(new FormData(event.currentTarget)).catch(() => t('error.network')));
    setBusy(false);
  };
  return (
    <form className="card form" onSubmit={(event) => void onSubmit(event)}>
      {children}
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <button type="submit" className="primary" disabled={busy}>
        {submit}
      </button>
      {after}
    </form>
  );
}

export function EmailField() {
  return (
    <label>
      {t('signIn.email')}
      <input name="email" type="email" autoComplete="username" required />
    </label>
  );
}

export function NewPasswordField({ label = t('signIn.password') }: { label?: string }) {
  return (
    <label>
      {label}
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
  );
}

export function CurrentPasswordField({ label = t('signIn.password') }: { label?: string }) {
  return (
    <label>
      {label}
      <input name="current" type="password" autoComplete="current-password" required />
    </label>
  );
}
