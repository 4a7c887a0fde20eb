import { useQuery } from '@tanstack/react-query';
import { calling, setupLook, type ApiError, type SetupStepView, type SetupView } from '../api/index.js';
import { dayAndTime, t, type MessageKey } from '../i18n/index.js';
import { ErrorNotice, Icon, Link, type IconName } from '../ui/index.js';
import './setup.css';

const againMs = 10_000;

/** What is still to be done until messages arrive and are answered. Each step is proved by what the server sees. */
export function SetupPage() {
  const found = useQuery<SetupView, ApiError>({
    queryKey: ['setup'],
    queryFn: async () => (await setupLook({ ...calling })).data.data,
    refetchInterval: ({ state }) => (state.data?.complete ? false : againMs),
  });
  return (
    <div className="page">
      <header className="page-head">
        <h1>{t('setup.title')}</h1>
        <button type="button" disabled={found.isFetching} onClick={() => void found.refetch()}>
          {t('setup.again')}
        </button>
      </header>
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isPending && <p role="status">{t('setup.looking')}</p>}
      {found.data && (
        <>
          <p role="status">{t(found.data.complete ? 'setup.complete' : 'setup.left', { n: leftOf(found.data) })}</p>
          <ol className="card steps">
            {found.data.steps.map((step) => (
              <Step key={step.step} step={step} callbackUrl={found.data.callback_url} />
            ))}
          </ol>
        </>
      )}
    </div>
  );
}

const isOver = ({ state }: SetupStepView): boolean => state === 'done' || state === 'weak';
const leftOf = ({ steps }: SetupView): number => steps.filter((step) => !isOver(step)).length;

const icons: Record<SetupStepView['state'], IconName> = {
  done: 'check',
  weak: 'warning',
  open: 'clock',
  failed: 'warning',
};

/** Where what is to be done is done. */
const places: Partial<Record<SetupStepView['step'], [to: string, name: MessageKey]>> = {
  account: ['/accounts', 'nav.accounts'],
  first_message: ['/inbox/open', 'view.open'],
  agent: ['/accounts', 'nav.accounts'],
};

function Step({ step: { step, state, text, at }, callbackUrl }: { step: SetupStepView; callbackUrl: string }) {
  const place = places[step];
  return (
    <li data-state={state}>
      <span className="step-state">
        <Icon name={icons[state]} />
      </span>
      <div>
        <h2>
          {t(`setup.step.${step}`)} <span className="chip">{t(`setup.state.${state}`)}</span>
        </h2>
        <p>{t(`setup.hint.${step}`)}</p>
        {step === 'webhook' && state !== 'done' && (
          <input
            readOnly
            dir="ltr"
            value={callbackUrl}
            aria-label={t('setup.callback')}
            onFocus={({ target }) => target.select()}
          />
        )}
        {/* The server's own words, as the doctor says them. */}
        <p className="quiet" dir="auto">
          {text}
          {at && <bdi> · {dayAndTime(at)}</bdi>}
        </p>
        {place && state !== 'done' && <Link to={place[0]}>{t(place[1])}</Link>}
      </div>
    </li>
  );
}
