import { useQuery } from '@tanstack/react-query';
import { accountsList, calling, type AccountView } from '../api/index.js';
import { t } from '../i18n/index.js';
import { Link } from '../ui/index.js';

const listAccounts = async () => (await accountsList({ ...calling })).data.data;

export const accountsQuery = { queryKey: ['accounts'], queryFn: listAccounts } as const;

export const nameOf = ({ label, instagram_data: data, _id }: AccountView): string => label ?? data?.username ?? _id;

/** @returns the account's name, empty until it is known */
export function useAccountName(id: string): string {
  const account = useQuery(accountsQuery).data?.find(({ _id }) => _id === id);
  return account ? nameOf(account) : '';
}

const tabs = [
  ['agent', 'accounts.tab.agent'],
  ['knowledge', 'accounts.tab.knowledge'],
] as const;

/** Whose agent it is, and the ways to what it is told. */
export function AccountHead({ id, tab }: { id: string; tab: (typeof tabs)[number][0] }) {
  const name = useAccountName(id);
  return (
    <header className="page-head">
      <h1 dir="auto">{t('agentSettings.title', { name })}</h1>
      <nav className="tabs" aria-label={t('accounts.tabs', { name })}>
        {tabs.map(([path, label]) => (
          <Link key={path} to={`/accounts/${id}/${path}`} aria-current={path === tab ? 'page' : undefined}>
            {t(label)}
          </Link>
        ))}
      </nav>
    </header>
  );
}
