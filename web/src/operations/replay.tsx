import type { ReactNode } from 'react';
import type { ApiError } from '../api/index.js';
import { t } from '../i18n/index.js';
import { ErrorNotice } from '../ui/index.js';

interface ReplayProps {
  state: string;
  error: string | undefined;
  replay: { mutate: () => void; isPending: boolean; isSuccess: boolean; error: unknown };
  children?: ReactNode;
}

export function Replay({ state, error, replay, children }: ReplayProps) {
  return (
    <div className="card">
      <p>
        {t('operations.state')}: <strong>{state}</strong>
      </p>
      {error && <p className="problem">{error}</p>}
      <div className="buttons">
        <button type="button" disabled={replay.isPending} onClick={() => replay.mutate()}>
          {t('operations.replay')}
        </button>
        {children}
      </div>
      {replay.isSuccess && <span role="status"> {t('operations.replayed')}</span>}
      {replay.error !== null && <ErrorNotice error={replay.error as ApiError} />}
    </div>
  );
}

export function Raw({ title, value }: { title: string; value: unknown }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      <pre tabIndex={0} aria-label={title} dir="ltr">
        {JSON.stringify(value, null, 2)}
      </pre>
    </section>
  );
}
