import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AccountHead } from '../accounts/index.js';
import type { KnowledgeDocumentView } from '../api/index.js';
import { dayAndTime, plainDay, t } from '../i18n/index.js';
import { Empty, ErrorNotice, Icon, Link, type IconName } from '../ui/index.js';
import { AddDocument } from './add-document.js';
import { AskKnowledge } from './ask-knowledge.js';
import { DocumentPage } from './document-page.js';
import { stateOf, today } from './document-state.js';
import './knowledge.css';
import { listQuery } from './knowledge-queries.js';

/** What an account's agent may tell, and what waits for a person's yes. */
export function KnowledgePage({ id, document }: { id: string; document: string | undefined }) {
  return (
    <div className="page">
      <AccountHead id={id} tab="knowledge" />
      {document === undefined && <Documents id={id} />}
      {document === 'new' && <AddDocument id={id} />}
      {document !== undefined && document !== 'new' && <DocumentPage id={id} documentId={document} />}
    </div>
  );
}

const minimumForFilter = 8;

function Documents({ id }: { id: string }) {
  const found = useInfiniteQuery(listQuery(id));
  const [filter, setFilter] = useState('');
  const all = found.data?.pages.flatMap(({ data }) => data) ?? [];
  const day = today();
  const waiting = all.filter((one) => stateOf(one, day).waits);
  const wanted = filter.trim().toLocaleLowerCase();
  const shown = all.filter(({ title }) => title.toLocaleLowerCase().includes(wanted));
  return (
    <>
      <header className="page-head">
        <div>
          <h2>{t('knowledge.title')}</h2>
          <p className="quiet">{t('knowledge.hint')}</p>
        </div>
        <Link className="button primary" to={`/accounts/${id}/knowledge/new`}>
          {t('knowledge.new')}
        </Link>
      </header>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && all.length === 0 && <Empty>{t('knowledge.empty')}</Empty>}
      {waiting.length > 0 && (
        <section className="card waiting" aria-label={t('knowledge.waiting', { n: waiting.length })}>
          <h2>{t('knowledge.waiting', { n: waiting.length })}</h2>
          <Rows id={id} documents={waiting} day={day} />
        </section>
      )}
      {all.length > 0 && <AskKnowledge id={id} />}
      {all.length > 0 && (
        <section className="card" aria-label={t('knowledge.all')}>
          <h2>{t('knowledge.all')}</h2>
          {(all.length >= minimumForFilter || found.hasNextPage) && (
            <input
              type="search"
              aria-label={t('knowledge.filter')}
              placeholder={t('knowledge.filter')}
              value={filter}
              onChange={({ target }) => setFilter(target.value)}
            />
          )}
          {shown.length === 0 && <p className="quiet">{t('knowledge.none')}</p>}
          <Rows id={id} documents={shown} day={day} />
          {found.hasNextPage && (
            <button type="button" onClick={() => void found.fetchNextPage()}>
              {t('common.more')}
            </button>
          )}
        </section>
      )}
    </>
  );
}

const icons: Record<KnowledgeDocumentView['kind'], IconName> = {
  faq: 'comments',
  text: 'operations',
  markdown: 'operations',
  html: 'operations',
  url: 'link',
  file: 'file',
};

function Rows({ id, documents, day }: { id: string; documents: KnowledgeDocumentView[]; day: string }) {
  return (
    <ul className="documents">
      {documents.map((one) => {
        const { text, urgency } = stateOf(one, day);
        return (
          <li key={one.id}>
            <Icon name={icons[one.kind]} />
            <div>
              <Link to={`/accounts/${id}/knowledge/${one.id}`} dir="auto">
                {one.title}
              </Link>
              <p className="quiet">
                {t(`knowledge.kind.${one.kind}`)} · <time dateTime={one.updated_at}>{dayAndTime(one.updated_at)}</time>
                {one.valid_until && one.valid_until >= day && (
                  <> · {t('knowledge.until', { day: plainDay(one.valid_until) })}</>
                )}
              </p>
            </div>
            <span className="chip" data-urgency={urgency}>
              {text}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
