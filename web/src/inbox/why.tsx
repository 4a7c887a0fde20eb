import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { agentRunsRun, calling, type AgentRunView, type ApiError } from '../api/index.js';
import { t, tIfKnown } from '../i18n/index.js';
import { Dialog, ErrorNotice, Icon, Link } from '../ui/index.js';

/** Why the agent said what it said: what it saw, looked up and did not pass, and what it cost. */
export function Why({ messageId }: { messageId: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="plain why" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="info" size={14} /> {t('why.button')}
      </button>
      {isOpen && <WhyDialog messageId={messageId} onClose={() => setOpen(false)} />}
    </>
  );
}

function WhyDialog({ messageId, onClose }: { messageId: string; onClose: () => void }) {
  const { data, error, isPending } = useQuery<AgentRunView, ApiError>({
    queryKey: ['run', messageId],
    queryFn: async () => (await agentRunsRun({ ...calling, path: { dm_id: messageId } })).data.data,
    retry: false,
  });
  return (
    <Dialog title={t('why.title')} onClose={onClose}>
      {isPending && <p role="status">{t('common.loading')} …</p>}
      {error && (error.status === 404 ? <p className="quiet">{t('why.none')}</p> : <ErrorNotice error={error} />)}
      {data && <Run run={data} />}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          {t('common.close')}
        </button>
      </div>
    </Dialog>
  );
}

const words = (name: string): string => name.replaceAll('_', ' ');
const milliseconds = (ms: number): string =>
  new Intl.NumberFormat(document.documentElement.lang, {
    style: 'unit',
    unit: 'second',
    maximumFractionDigits: 1,
  }).format(ms / 1_000);
const dollars = (cost: number): string =>
  new Intl.NumberFormat(document.documentElement.lang, {
    style: 'currency',
    currency: 'USD',
    maximumFractionDigits: 6,
  }).format(cost);

function Run({ run }: { run: AgentRunView }) {
  const { outcome, reason, missing, summary, model, cost, tokens } = run;
  const facts: [name: string, value: string | undefined][] = [
    [
      t('why.outcome'),
      [tIfKnown(`why.outcome.${outcome}`) ?? outcome, reason && `(${words(reason)})`].filter(Boolean).join(' '),
    ],
    [t('why.missing'), missing],
    [t('why.summary'), summary],
    [t('why.model'), model],
    [t('why.time'), milliseconds(run.latency_ms)],
    [t('why.waited'), milliseconds(run.waited_ms)],
    [t('why.tokens'), t('why.tokensOf', { input: tokens.input, output: tokens.output })],
    [t('why.cost'), cost === null ? t('why.costUnknown') : dollars(cost)],
  ];
  return (
    <div className="why-run">
      <Sources run={run} />
      <Calls run={run} />
      <Checks run={run} />
      <dl className="facts">
        {facts.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd dir="auto">{value}</dd>
              </div>
            ),
        )}
      </dl>
    </div>
  );
}

/** What it was shown; what the reply rests on comes first. */
function Sources({ run }: { run: AgentRunView }) {
  const sources = [...run.sources].sort((a, b) => Number(b.used) - Number(a.used));
  return (
    <section>
      <h3>{t('why.sources')}</h3>
      {sources.length === 0 && <p className="quiet">{t('why.noSources')}</p>}
      <ul>
        {sources.map(({ id, document_id: document, title, heading, used }) => (
          <li key={id}>
            <Link to={`/accounts/${run.account_id}/knowledge/${document}`} dir="auto">
              {heading ? `${title} › ${heading}` : title}
            </Link>{' '}
            {used && (
              <span className="chip" data-urgency="good">
                {t('why.used')}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Calls({ run }: { run: AgentRunView }) {
  if (run.tool_calls.length === 0) return null;
  return (
    <section>
      <h3>{t('why.tools')}</h3>
      <ul>
        {run.tool_calls.map(({ name, state, reason, latency_ms: ms }, index) => (
          <li key={index}>
            <bdi>{name}</bdi>: {words(state)}
            {reason && ` (${words(reason)})`}
            {ms !== undefined && <span className="quiet"> · {milliseconds(ms)}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Checks({ run }: { run: AgentRunView }) {
  return (
    <section>
      <h3>{t('why.checks')}</h3>
      {run.failed_checks.length === 0 && <p className="quiet">{t('why.passed')}</p>}
      <ul>
        {run.failed_checks.map(({ reply, reason, figures }, index) => (
          <li key={index}>
            {t('why.check', { n: reply, reason: words(reason) })}
            {figures && figures.length > 0 && <bdi> ({figures.join(', ')})</bdi>}
          </li>
        ))}
      </ul>
      {run.repaired && <p>{t('why.repaired')}</p>}
    </section>
  );
}
