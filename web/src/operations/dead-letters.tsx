import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { calling, deadLettersGet, deadLettersList, deadLettersReplay, deadLettersReplayPage } from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { ErrorNotice, Link } from '../ui/index.js';
import { Bulk, Choice, limit, Listing } from './listing.js';
import { Raw, Replay } from './replay.js';

const letterStates = ['open', 'replayed'] as const;
const letterKinds = ['job', 'send', 'delivery', 'event'] as const;

export function DeadLetters() {
  const [state, setState] = useState<(typeof letterStates)[number] | undefined>('open');
  const [kind, setKind] = useState<(typeof letterKinds)[number]>();
  return (
    <>
      <div className="buttons">
        <Choice label={t('operations.state')} of={letterStates} value={state} onChange={setState} />
        <Choice label={t('operations.kind')} of={letterKinds} value={kind} onChange={setKind} />
        <Bulk
          key={kind}
          label={
            kind ? t('operations.replayKind', { kind: t(`operations.kind.${kind}`) }) : t('operations.replayLetters')
          }
          replay={async (cursor) => {
            // Those of now: what fails meanwhile is not tried over and over.
            const body = { kind, until: new Date().toISOString(), limit, cursor };
            const { data } = await deadLettersReplayPage({ ...calling, body });
            return { done: data.replayed, failed: data.failed.length, next: data.next_cursor };
          }}
        />
      </div>
      <Listing
        name={t('operations.deadLetters')}
        filter={`${state ?? ''} ${kind ?? ''}`}
        heads={[t('operations.time'), t('operations.kind'), t('operations.reason'), t('operations.state')]}
        read={async (cursor) => (await deadLettersList({ ...calling, query: { limit, cursor, state, kind } })).data}
        row={(one) => (
          <tr key={one._id}>
            <td>
              <Link to={`/operations/dead-letters/${one._id}`}>{dayAndTime(one.created_at)}</Link>
            </td>
            <td>
              {t(`operations.kind.${one.kind}`)} <small>{one.subject}</small>
            </td>
            <td>
              {one.reason}
              {one.error && <small className="cell-error">{one.error}</small>}
            </td>
            <td>{t(`operations.state.${one.state}`)}</td>
          </tr>
        )}
      />
    </>
  );
}

export function DeadLetter({ id }: { id: string }) {
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
