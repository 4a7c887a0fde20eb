import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  calling,
  deliveriesDiscard,
  deliveriesGet,
  deliveriesList,
  deliveriesReplay,
  deliveriesReplayPage,
} from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { ErrorNotice, Link } from '../ui/index.js';
import { Bulk, Choice, limit, Listing } from './listing.js';
import { Raw, Replay } from './replay.js';

const againMs = 2_000;
const deliveryStates = ['parked', 'received', 'stored', 'discarded'] as const;

export function Deliveries() {
  const [state, setState] = useState<(typeof deliveryStates)[number]>();
  return (
    <>
      <div className="buttons">
        <Choice label={t('operations.state')} of={deliveryStates} value={state} onChange={setState} />
        <Bulk
          label={t('operations.replayParked')}
          replay={async (cursor) => {
            const { data } = await deliveriesReplayPage({ ...calling, body: { state: 'parked', limit, cursor } });
            return { done: data.reopened, failed: 0, next: data.next_cursor };
          }}
        />
      </div>
      <Listing
        name={t('operations.deliveries')}
        filter={state}
        heads={[t('operations.received'), t('operations.state'), t('operations.events'), t('operations.error')]}
        read={async (cursor) => (await deliveriesList({ ...calling, query: { limit, cursor, state } })).data}
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
    </>
  );
}

export function Delivery({ id }: { id: string }) {
  const found = useQuery({
    queryKey: ['delivery', id],
    queryFn: async () => (await deliveriesGet({ ...calling, path: { id } })).data.data,
    // What a replay came to shows by itself.
    refetchInterval: ({ state }) => (state.data?.state === 'received' ? againMs : false),
  });
  const replay = useMutation({
    mutationFn: () => deliveriesReplay({ ...calling, path: { id } }),
    onSuccess: () => found.refetch(),
  });
  const discard = useMutation({
    mutationFn: () => deliveriesDiscard({ ...calling, path: { id } }),
    onSuccess: () => found.refetch(),
  });
  if (found.error) return <ErrorNotice error={found.error} />;
  if (!found.data) return null;
  const { payload, decoded, ...head } = found.data;
  return (
    <>
      <Replay state={t(`operations.state.${head.state}`)} error={head.error} replay={replay}>
        {head.state === 'parked' && (
          <button type="button" disabled={discard.isPending} onClick={() => discard.mutate()}>
            {t('operations.discard')}
          </button>
        )}
        {discard.error && <ErrorNotice error={discard.error} />}
      </Replay>
      <div className="columns">
        <Raw title={t('operations.raw')} value={payload} />
        <Raw title={t('operations.decoded')} value={decoded} />
      </div>
    </>
  );
}
