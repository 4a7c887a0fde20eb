import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import {
  agentGet,
  agentPreview,
  agentPut,
  calling,
  type AgentSettingsPatchDto,
  type AgentSettingsView,
} from '../api/index.js';
import { t } from '../i18n/index.js';
import { ErrorNotice } from '../ui/index.js';
import { accountsQuery } from './accounts-page.js';

/** What the agent of an account is told, beside what it would answer. */
export function AgentPage({ id }: { id: string }) {
  const accounts = useQuery(accountsQuery);
  const settings = useQuery({
    queryKey: ['agent settings', id],
    queryFn: async () => (await agentGet({ ...calling, path: { account_id: id } })).data.data,
  });
  const account = accounts.data?.find(({ _id }) => _id === id);
  return (
    <div className="page">
      <h1>{t('agentSettings.title', { name: account?.label ?? account?.instagram_data?.username ?? '' })}</h1>
      {settings.error && <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />}
      <div className="columns">
        {settings.data && <SettingsForm key={id} id={id} settings={settings.data} />}
        <Preview id={id} />
      </div>
    </div>
  );
}

function SettingsForm({ id, settings }: { id: string; settings: AgentSettingsView }) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (body: AgentSettingsPatchDto) => agentPut({ ...calling, path: { account_id: id }, body }),
    onSuccess: ({ data }) => queries.setQueryData(['agent settings', id], data.data),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => form.get(name) as string;
    save.mutate({
      enabled: form.has('enabled'),
      instructions: text('instructions'),
      fallback_text: text('fallback_text'),
      hand_over_text: text('hand_over_text'),
      pause_after_human_minutes: Number(text('pause_after_human_minutes')),
      quiet_ms: Number(text('quiet_ms')),
    });
  };
  return (
    <form className="card form" onSubmit={submit}>
      <label className="switch">
        <input type="checkbox" name="enabled" defaultChecked={settings.enabled} />
        {t('agentSettings.enabled')}
      </label>
      <label>
        {t('agentSettings.instructions')}
        <textarea
          name="instructions"
          rows={10}
          dir="auto"
          defaultValue={settings.instructions}
          aria-describedby="hint"
        />
        <small id="hint">{t('agentSettings.instructionsHint')}</small>
      </label>
      <label>
        {t('agentSettings.fallback')}
        <textarea name="fallback_text" rows={2} dir="auto" defaultValue={settings.fallback_text} />
      </label>
      <label>
        {t('agentSettings.handOverText')}
        <textarea name="hand_over_text" rows={2} dir="auto" defaultValue={settings.hand_over_text} />
      </label>
      <label>
        {t('agentSettings.pause')}
        <input
          type="number"
          name="pause_after_human_minutes"
          defaultValue={settings.pause_after_human_minutes}
          min={0}
        />
      </label>
      <label>
        {t('agentSettings.quiet')}
        <input type="number" name="quiet_ms" defaultValue={settings.quiet_ms} min={0} />
      </label>
      {save.error && <ErrorNotice error={save.error} />}
      <div className="buttons">
        <button type="submit" className="primary" disabled={save.isPending}>
          {t('common.save')}
        </button>
        {save.isSuccess && <span role="status">{t('common.saved')}</span>}
      </div>
    </form>
  );
}

function Preview({ id }: { id: string }) {
  const [message, setMessage] = useState('');
  const ask = useMutation({
    mutationFn: async () =>
      (await agentPreview({ ...calling, body: { account_id: id, message }, signal: AbortSignal.timeout(60_000) })).data
        .data,
  });
  const found = ask.data;
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        ask.mutate();
      }}
    >
      <h2>{t('preview.title')}</h2>
      <p className="quiet">{t('preview.hint')}</p>
      <label>
        {t('preview.question')}
        <textarea rows={3} dir="auto" required value={message} onChange={({ target }) => setMessage(target.value)} />
      </label>
      <button type="submit" className="primary" disabled={ask.isPending}>
        {ask.isPending ? `${t('common.loading')} …` : t('preview.ask')}
      </button>
      {ask.error && <ErrorNotice error={ask.error} />}
      {found && (
        <div role="status">
          <p>
            <strong>{t(`preview.outcome.${found.outcome}`)}</strong>
          </p>
          {(found.parts ?? (found.text ? [found.text] : [])).map((part, index) => (
            <p key={index} className="bubble preview-part" dir="auto">
              {part}
            </p>
          ))}
          {found.reason && <p className="quiet">{found.reason}</p>}
          {found.tokens !== undefined && <p className="quiet">{t('preview.tokens', { n: found.tokens })}</p>}
        </div>
      )}
    </form>
  );
}
