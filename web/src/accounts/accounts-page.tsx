import { useMutation, useQuery } from '@tanstack/react-query';
import { calling, oAuthStart, type AccountView } from '../api/index.js';
import { usePlace } from '../app/router.js';
import { dayAndTime, t } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { Avatar, Empty, ErrorNotice, Icon, Link } from '../ui/index.js';
import { accountsQuery, nameOf } from './account-head.js';

/** Health of each connected account: each line says what is so, since when, and what to do. */
export function AccountsPage() {
  const accounts = useQuery(accountsQuery);
  const { query } = usePlace();
  const returned = query.get('message');
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('accounts.title')}</h1>
        <Connect />
      </header>
      {returned && (
        <p className="notice" role="status">
          {returned}
        </p>
      )}
      {accounts.error && <ErrorNotice error={accounts.error} onRetry={() => void accounts.refetch()} />}
      {accounts.data?.length === 0 && <Empty>{t('accounts.empty')}</Empty>}
      <div className="cards">
        {accounts.data?.map((account) => (
          <AccountCard key={account._id} account={account} />
        ))}
      </div>
    </div>
  );
}

function Connect() {
  const isOwner = useMay('owner');
  const start = useMutation({
    mutationFn: async (login: 'instagram' | 'facebook') => {
      const { data } = await oAuthStart({ ...calling, path: { login } });
      window.location.assign(data.data.url);
    },
  });
  return (
    <div className="buttons">
      {isOwner && (
        <Link to="/setup" className="button">
          {t('nav.setup')}
        </Link>
      )}
      <button type="button" className="primary" onClick={() => start.mutate('instagram')}>
        {t('accounts.connectInstagram')}
      </button>
      <button type="button" onClick={() => start.mutate('facebook')}>
        {t('accounts.connectFacebook')}
      </button>
      {start.error && <ErrorNotice error={start.error} />}
    </div>
  );
}

function AccountCard({ account }: { account: AccountView }) {
  const { status, subscription, token_expires_at: until, last_event_at: event, last_error: error } = account;
  const name = nameOf(account);
  const fields = (subscription?.refused_fields ?? []).join(', ');
  return (
    <article className="card" aria-label={name}>
      <header className="card-head">
        <Avatar name={name} />
        <h2 dir="auto">{name}</h2>
        <span className="chip" data-urgency={status === 'active' ? 'good' : 'urgent'}>
          <Icon name={status === 'active' ? 'check' : 'warning'} size={14} />
          {t(`accounts.status.${status}`)}
        </span>
      </header>
      {account.status_reason && <p className="problem">{account.status_reason}</p>}
      <dl className="facts">
        <dt>{t('accounts.subscription')}</dt>
        <dd>
          {t(`accounts.subscription.${subscription?.state ?? 'unknown'}`, { fields })}
          {subscription?.error && ` (${subscription.error})`}
        </dd>
        <dt>{t('accounts.token')}</dt>
        <dd>{until ? t('accounts.tokenUntil', { time: dayAndTime(until) }) : t('accounts.tokenOpen')}</dd>
        <dt>{t('accounts.lastEvent')}</dt>
        <dd>{event ? dayAndTime(event) : t('accounts.never')}</dd>
        {error && <dt>{t('accounts.lastError')}</dt>}
        {error && (
          <dd>
            {error.message} ({dayAndTime(error.at)})
          </dd>
        )}
      </dl>
      {(account.alerts ?? []).map(({ kind, text }) => (
        <p className="problem" key={kind}>
          {text}
        </p>
      ))}
      <div className="buttons">
        <Link className="button" to={`/accounts/${account._id}/agent`}>
          {t('accounts.settings')}
        </Link>
        <Link className="button" to={`/accounts/${account._id}/knowledge`}>
          {t('accounts.tab.knowledge')}
        </Link>
      </div>
    </article>
  );
}
