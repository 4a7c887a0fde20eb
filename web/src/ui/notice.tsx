import type { ReactNode } from 'react';
import { t } from '../i18n/index.js';
import { Icon } from './icon.js';

interface Problem {
  message: string;
  code?: string;
  requestId?: string;
}

/** A refusal in words, with what a report needs and a way on. */
export function ErrorNotice({ error, onRetry }: { error: Problem; onRetry?: () => void }) {
  return (
    <div className="notice error" role="alert">
      <Icon name="warning" />
      <p>
        {error.code === 'network' ? t('error.network') : error.message}
        {error.requestId && <small>{t('common.request', { id: error.requestId })}</small>}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {t('common.tryAgain')}
        </button>
      )}
    </div>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <div className="empty">{children}</div>;
}
