import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { calling, labelsList, type ApiError, type ConversationView, type LabelView } from '../api/index.js';
import { t } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { ErrorNotice, Link } from '../ui/index.js';
import { useStore } from './store-context.js';

const freshMs = 60_000;
const none: readonly LabelView[] = [];

/** The tenant's labels, by name. */
export function useLabels(): readonly LabelView[] {
  const { data } = useQuery({
    queryKey: ['labels'],
    queryFn: async () => (await labelsList({ ...calling })).data.data,
    staleTime: freshMs,
  });
  return data ?? none;
}

/** Decoration: the label's name stands beside it. */
export function LabelDot({ color }: { color: string }) {
  return <span className="label-dot" style={{ background: color }} aria-hidden="true" />;
}

/** Which labels a conversation has; one press puts one on or takes it off. */
export function LabelChoice({ conversation }: { conversation: ConversationView }) {
  const store = useStore();
  const all = useLabels();
  const mayAnswer = useMay('operator');
  const mayMake = useMay('owner');
  const [error, setError] = useState<ApiError>();
  const has = (id: string): boolean => conversation.labels.includes(id);
  const toggle = (id: string): void => {
    setError(undefined);
    const others = conversation.labels.filter((one) => one !== id);
    store
      .patch(conversation.id, { labels: has(id) ? others : [...others, id] })
      .catch((refused: unknown) => setError(refused as ApiError));
  };
  const shown = mayAnswer ? all : all.filter(({ id }) => has(id));
  return (
    <>
      <div className="label-list">
        {shown.map(({ id, name, color }, index) => (
          <button
            key={id}
            type="button"
            className="label"
            data-labels={index === 0 || undefined}
            aria-pressed={has(id)}
            disabled={!mayAnswer}
            onClick={() => toggle(id)}
          >
            <LabelDot color={color} /> <bdi>{name}</bdi>
          </button>
        ))}
        {all.length === 0 && <p className="quiet">{t('labels.empty')}</p>}
      </div>
      {mayMake && (
        <Link to="/staff/labels" className="quiet">
          {t('labels.edit')}
        </Link>
      )}
      {error && <ErrorNotice error={error} />}
    </>
  );
}
