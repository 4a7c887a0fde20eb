import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { t, tIfKnown } from '../i18n/index.js';
import { Dialog, Empty, ErrorNotice } from '../ui/index.js';

/** How many a page has. */
export const limit = 50;

interface Page<T> {
  data: T[];
  next_cursor?: string | null;
}

interface TableProps<T> {
  name: string;
  /** What is looked for: another list with each. */
  filter?: string;
  heads: string[];
  read: (cursor: string | undefined) => Promise<Page<T>>;
  row: (one: T) => ReactNode;
}

export function Listing<T>({ name, filter = '', heads, read, row }: TableProps<T>) {
  const found = useInfiniteQuery({
    queryKey: ['operations', name, filter],
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

interface ChoiceProps<T extends string> {
  label: string;
  of: readonly T[];
  value: T | undefined;
  onChange: (value: T | undefined) => void;
}

/** Narrows a list to one state, or one kind. */
export function Choice<T extends string>({ label, of, value, onChange }: ChoiceProps<T>) {
  return (
    <label className="choice">
      {label}{' '}
      <select value={value ?? ''} onChange={({ target }) => onChange(of.find((one) => one === target.value))}>
        <option value="">{t('operations.all')}</option>
        {of.map((one) => (
          <option key={one} value={one}>
            {tIfKnown(`operations.state.${one}`) ?? tIfKnown(`operations.kind.${one}`) ?? one}
          </option>
        ))}
      </select>
    </label>
  );
}

interface Replayed {
  done: number;
  /** They stay as they were. */
  failed: number;
}

interface BulkProps {
  label: string;
  replay: (cursor: string | undefined) => Promise<Replayed & { next: string | null }>;
}

/** Hands over everything of a kind again, page by page, and says how many there were. Asks first. */
export function Bulk({ label, replay }: BulkProps) {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const all = useMutation({
    mutationFn: async () => {
      const sum: Replayed = { done: 0, failed: 0 };
      let cursor: string | undefined;
      do {
        const page = await replay(cursor);
        sum.done += page.done;
        sum.failed += page.failed;
        cursor = page.next ?? undefined;
      } while (cursor !== undefined);
      return sum;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['operations'] }),
  });
  const start = (): void => {
    setAsking(false);
    all.mutate();
  };
  return (
    <>
      <button type="button" disabled={all.isPending} onClick={() => setAsking(true)}>
        {label}
      </button>
      {all.isSuccess && (
        <span role="status">
          {t('operations.reopened', { n: all.data.done })}{' '}
          {all.data.failed > 0 && t('operations.notReopened', { n: all.data.failed })}
        </span>
      )}
      {all.error && <ErrorNotice error={all.error} />}
      {isAsking && (
        <Dialog title={label} onClose={() => setAsking(false)}>
          <p>{t('operations.bulkSure')}</p>
          <div className="buttons">
            <button type="button" className="primary" onClick={start}>
              {t('operations.replay')}
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              {t('common.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
