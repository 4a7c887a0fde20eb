import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import {
  auditLogList,
  calling,
  deadLettersGet,
  deadLettersList,
  deadLettersReplay,
  deliveriesGet,
  deliveriesList,
  deliveriesReplay,
  type ApiError,
} from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { Empty, ErrorNotice, Link } from '../ui/index.js';

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

interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}

interface TableProps<T> {
  name: string;
  heads: string[];
  read: (cursor: string | undefined) => Promise<Page<T>>;
  row: (one: T) => ReactNode;
}

function Listing<T>({ name, heads, read, row }: TableProps<T>) {
  const found = useInfiniteQuery({
    queryKey: [name],
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
  });
  const rows = found.data?.pages.flatMap(({ data }) => data) ?? [];
  if (found.error) return <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />;
  if (found.isSuccess && rows.length === 0) return <Empty>{t('operations.empty')}</Empty>;
  return (
    <>
      <div className="table-frame" tabIndex={0} role="region" aria-label={name}>
        <table>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{rows.map(row)}</tbody>
        </table>
      </div>
      {found.hasNextPage && (
        <button type="button" onClick={() => void found.fetchNextPage()}>
          {t('common.more')}
        </button>
      )}
    </>
  );
}

const limit = 50;

function Deliveries() {
  return (
    <Listing
      name={t('operations.deliveries')}
      heads={[t('operations.received'), t('operations.state'), t('operations.events'), t('operations.error')]}
      read={async (cursor) => (await deliveriesList({ ...calling, query: { limit, cursor } })).data}
      row={(one) => (
        <tr key={one._id}>
          <td>
            <Link to={`/operations/deliveries/${one._id}`}>{dayAndTime(one.received_at)}</Link>
          </td>
          <td>{t(`operations.state.${one.state}`)}</td>
          <td>{one.events}</td>
          <td>{one.error}</td>
        </tr>
      )}
    />
  );
}

function Delivery({ id }: { id: string }) {
  const found = useQuery({
    queryKey: ['delivery', id],
    queryFn: async () => (await deliveriesGet({ ...calling, path: { id } })).data.data,
  });
  const replay = useMutation({
    mutationFn: () => deliveriesReplay({ ...calling, path: { id } }),
    onSuccess: () => found.refetch(),
  });
  if (found.error) return <ErrorNotice error={found.error} />;
  if (!found.data) return null;
  const { payload, decoded, ...head } = found.data;
  return (
    <>
      <Replay state={t(`operations.state.${head.state}`)} error={head.error} replay={replay} />
      <div className="columns">
        <Raw title={t('operations.raw')} value={payload} />
        <Raw title={t('operations.decoded')} value={decoded} />
      </div>
    </>
  );
}

function DeadLetters() {
  return (
    <Listing
      name={t('operations.deadLetters')}
      heads={[t('operations.time'), t('operations.kind'), t('operations.reason'), t('operations.state')]}
      read={async (cursor) => (await deadLettersList({ ...calling, query: { limit, cursor } })).data}
      row={(one) => (
        <tr key={one._id}>
          <td>
            <Link to={`/operations/dead-letters/${one._id}`}>{dayAndTime(one.created_at)}</Link>
          </td>
          <td>{one.kind}</td>
          <td>{one.reason}</td>
          <td>{t(`operations.state.${one.state}`)}</td>
        </tr>
      )}
    />
  );
}

function DeadLetter({ id }: { id: string }) {
  const found = useQuery({
    queryKey: ['dead letter', id],
    queryFn: async () => (await deadLettersGet({ ...calling, path: { id } })).data.data,
  });
  const replay = useMutation({
    mutationFn: () => deadLettersReplay({ ...calling, path: { id } }),
    onSuccess: () => found.refetch(),
  });
  if (found.error) return <ErrorNotice error={found.error} />;
  if (!found.data) return null;
  return (
    <>
      <Replay state={t(`operations.state.${found.data.state}`)} error={found.data.error} replay={replay} />
      <Raw title={t('operations.raw')} value={found.data} />
    </>
  );
}

interface ReplayProps {
  state: string;
  error: string | undefined;
  replay: { mutate: () => void; isPending: boolean; isSuccess: boolean; error: unknown };
}

function Replay({ state, error, replay }: ReplayProps) {
  return (
    <div className="card">
      <p>
        {t('operations.state')}: <strong>{state}</strong>
      </p>
      {error && <p className="problem">{error}</p>}
      <button type="button" disabled={replay.isPending} onClick={() => replay.mutate()}>
        {t('operations.replay')}
      </button>
      {replay.isSuccess && <span role="status"> {t('operations.replayed')}</span>}
      {replay.error !== null && <ErrorNotice error={replay.error as ApiError} />}
    </div>
  );
}

function Raw({ title, value }: { title: string; value: unknown }) {
  return (
    <section className="card">
      <h2>{title}</h2>
      <pre tabIndex={0} aria-label={title} dir="ltr">
        {JSON.stringify(value, null, 2)}
      </pre>
    </section>
  );
}

function Audit() {
  return (
    <Listing
      name={t('operations.audit')}
      heads={[t('operations.time'), t('operations.actor'), t('operations.action'), t('operations.state')]}
      read={async (cursor) => (await auditLogList({ ...calling, query: { limit, cursor } })).data}
      row={(one) => (
        <tr key={one._id}>
          <td>{dayAndTime(one.at)}</td>
          <td>{one.actor}</td>
          <td>{one.action}</td>
          <td>{one.status ?? ''}</td>
        </tr>
      )}
    />
  );
}
