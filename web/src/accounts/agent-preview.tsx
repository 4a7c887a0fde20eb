import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import {
  agentPreview,
  ApiError,
  calling,
  type AgentPreview as Preview,
  type AgentSettingsPatchDto,
} from '../api/index.js';
import { t, tIfKnown } from '../i18n/index.js';
import { ErrorNotice } from '../ui/index.js';

/** Typing goes on for a while; each question costs tokens. */
const restMs = 1_500;
const answerMs = 60_000;

interface Props {
  id: string;
  unsaved: AgentSettingsPatchDto;
}

/** What the agent would answer with the form as it is. Follows the form while `live` is ticked. */
export function AgentPreview({ id, unsaved }: Props) {
  const [message, setMessage] = useState('');
  const [live, setLive] = useState(false);
  const asked = useRef<AbortController>(undefined);
  const ask = useMutation({
    mutationFn: async () => {
      asked.current?.abort();
      asked.current = new AbortController();
      const signal = AbortSignal.any([asked.current.signal, AbortSignal.timeout(answerMs)]);
      const body = { account_id: id, message, settings: unsaved };
      return (await agentPreview({ ...calling, body, signal })).data.data;
    },
  });
  const { mutate } = ask;
  useEffect(() => {
    if (!live || message.trim() === '') return undefined;
    const timer = setTimeout(() => mutate(), restMs);
    return () => clearTimeout(timer);
  }, [live, message, unsaved, mutate]);
  const isUnsaved = Object.keys(unsaved).length > 0;
  return (
    <form
      className="card form agent-preview"
      onSubmit={(event) => {
        event.preventDefault();
        mutate();
      }}
    >
      <h2>{t('preview.title')}</h2>
      <p className="quiet">{t(isUnsaved ? 'preview.unsaved' : 'preview.hint')}</p>
      <label>
        {t('preview.question')}
        <textarea
          rows={2}
          dir="auto"
          required
          maxLength={1_000}
          value={message}
          onChange={({ target }) => setMessage(target.value)}
        />
      </label>
      <div className="buttons">
        {(['preview.example.hours', 'preview.example.price', 'preview.example.person'] as const).map((key) => (
          <button key={key} type="button" className="suggestion" onClick={() => setMessage(t(key))}>
            {t(key)}
          </button>
        ))}
      </div>
      <label className="switch">
        <input type="checkbox" checked={live} onChange={({ target }) => setLive(target.checked)} />
        {t('preview.live')}
      </label>
      <button type="submit" className="primary" disabled={ask.isPending}>
        {ask.isPending ? `${t('preview.thinking')} …` : t('preview.ask')}
      </button>
      {ask.error instanceof ApiError && <ErrorNotice error={ask.error} />}
      <div role="status" data-old={ask.isPending || undefined}>
        {ask.data && <Answer found={ask.data} />}
      </div>
    </form>
  );
}

function Answer({ found }: { found: Preview }) {
  const { outcome, parts, reason, tokens, truncated_parts: cut } = found;
  return (
    <>
      <p>
        <strong>{t(`preview.outcome.${outcome}`)}</strong>
      </p>
      {parts.map((part, index) => (
        <p key={index} className="bubble preview-part" dir="auto">
          {part}
        </p>
      ))}
      {reason && <p className="quiet">{tIfKnown(`preview.reason.${reason}`) ?? reason}</p>}
      {cut !== undefined && <p className="quiet">{t('preview.cut', { n: cut })}</p>}
      <p className="quiet">{t('preview.tokens', { n: tokens })}</p>
    </>
  );
}
