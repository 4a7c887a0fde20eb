import { t } from '../i18n/index.js';
import { Link } from '../ui/index.js';
import { Audit } from './audit.js';
import { DeadLetter, DeadLetters } from './dead-letters.js';
import { Deliveries, Delivery } from './deliveries.js';

const tabs = [
  ['deliveries', 'operations.deliveries'],
  ['dead-letters', 'operations.deadLetters'],
  ['audit', 'operations.audit'],
] as const;

/** What Meta delivered, what failed for good, and who changed what. For administrators. */
export function OperationsPage({ what, id }: { what: string; id: string | undefined }) {
  return (
    <div className="page">
      <h1>{t('nav.operations')}</h1>
      <nav className="tabs" aria-label={t('nav.operations')}>
        {tabs.map(([name, label]) => (
          <Link key={name} to={`/operations/${name}`} aria-current={what === name ? 'page' : undefined}>
            {t(label)}
          </Link>
        ))}
      </nav>
      {what === 'deliveries' && (id ? <Delivery id={id} /> : <Deliveries />)}
      {what === 'dead-letters' && (id ? <DeadLetter id={id} /> : <DeadLetters />)}
      {what === 'audit' && <Audit />}
    </div>
  );
}
