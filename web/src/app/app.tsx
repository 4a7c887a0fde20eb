import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo } from 'react';
import { InboxPage, InboxStore, isView, LineBanner, StoreContext, ViewLinks } from '../inbox/index.js';
import { t, useLanguage } from '../i18n/index.js';
import { reaches, session, type Me } from '../session/index.js';
import { JoinPage, SignInAgain, SignInPage } from '../session/pages.js';
import { Announcer, Boundary, Dialog, Empty, Icon, Link, useObservable, type IconName } from '../ui/index.js';
import { NotifyQuestion, useNotifications } from './notifications.js';
import { Overlays } from './palette.js';
import { match, navigate, usePlace, type Place } from './router.js';
import { useShortcuts } from './shortcuts.js';
import { useTitle } from './title.js';

const AccountsPage = lazy(() => import('../accounts/index.js').then(({ AccountsPage: page }) => ({ default: page })));
const AgentPage = lazy(() => import('../accounts/index.js').then(({ AgentPage: page }) => ({ default: page })));
const KnowledgePage = lazy(() =>
  import('../knowledge/index.js').then(({ KnowledgePage: page }) => ({ default: page })),
);
const StaffPage = lazy(() => import('../staff/index.js').then(({ StaffPage: page }) => ({ default: page })));
const CommentsPage = lazy(() => import('../comments/index.js').then(({ CommentsPage: page }) => ({ default: page })));
const OperationsPage = lazy(() =>
  import('../operations/index.js').then(({ OperationsPage: page }) => ({ default: page })),
);
const SetupPage = lazy(() => import('../setup/index.js').then(({ SetupPage: page }) => ({ default: page })));
const SettingsPage = lazy(() => import('./settings-page.js').then(({ SettingsPage: page }) => ({ default: page })));

const queries = new QueryClient({ defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: false } } });

export function App() {
  useLanguage();
  const { path } = usePlace();
  const now = useObservable(session);
  if (path === '/welcome' || path === '/invite') return <Joining path={path} />;
  if (now.state === 'unknown') return null;
  if (now.state === 'unreachable')
    return (
      <main className="centred" id="content" role="status">
        {t('error.network')}
      </main>
    );
  if (now.state === 'none') return <SignInPage />;
  return <Desk key={now.me.actorId} me={now.me} expired={now.expired} />;
}

function Joining({ path }: { path: string }) {
  return path === '/welcome' ? (
    <JoinPage
      title={t('welcome.title')}
      hint={t('welcome.hint')}
      submit={t('welcome.submit')}
      path="/auth/first-admin"
      withEmail
    />
  ) : (
    <JoinPage title={t('invite.title')} submit={t('invite.submit')} path="/auth/invites/accept" withEmail={false} />
  );
}

/** Everything behind the sign-in. */
function Desk({ me, expired }: { me: Me; expired: boolean }) {
  const store = useMemo(() => new InboxStore(me.actorId), [me.actorId]);
  useEffect(() => {
    // Signed in again in place: the stream and what waits to be sent go on.
    if (expired) return undefined;
    store.start();
    return () => store.stop();
  }, [store, expired]);
  const place = usePlace();
  useShortcuts();
  return (
    <QueryClientProvider client={queries}>
      <StoreContext.Provider value={store}>
        <Frame me={me} place={place}>
          <Boundary key={place.path} fallback={<Empty>{t('message.broken')}</Empty>}>
            <Suspense fallback={null}>
              <Page place={place} isAdmin={me.role === 'admin'} />
            </Suspense>
          </Boundary>
        </Frame>
        {expired && (
          <Dialog title={t('signIn.title')}>
            <SignInAgain />
          </Dialog>
        )}
        <Overlays isAdmin={me.role === 'admin'} />
        <Announcer />
      </StoreContext.Provider>
    </QueryClientProvider>
  );
}

const nav: {
  to: string;
  icon: IconName;
  key: Parameters<typeof t>[0];
  adminOnly?: true;
  ownerOnly?: true;
  phoneOnly?: true;
  deskOnly?: true;
}[] = [
  { to: '/inbox/open', icon: 'inbox', key: 'view.open', phoneOnly: true },
  { to: '/comments', icon: 'comments', key: 'nav.comments' },
  { to: '/accounts', icon: 'accounts', key: 'nav.accounts' },
  { to: '/staff', icon: 'team', key: 'nav.staff' },
  { to: '/setup', icon: 'check', key: 'nav.setup', ownerOnly: true, deskOnly: true },
  { to: '/operations/deliveries', icon: 'operations', key: 'nav.operations', adminOnly: true },
  { to: '/me', icon: 'settings', key: 'nav.settings' },
];

function Frame({ me, place, children }: { me: Me; place: Place; children: React.ReactNode }) {
  useTitle();
  useNotifications();
  const isOpen = match('/inbox/:view/:id', place.path) !== undefined;
  return (
    <div className="frame" data-thread={isOpen || undefined}>
      <a className="skip" href="#content">
        {t('nav.skip')}
      </a>
      <nav className="nav" aria-label={t('nav.main')}>
        <div className="nav-views">
          <ViewLinks path={place.path} />
        </div>
        {nav
          .filter(({ adminOnly }) => !adminOnly || me.role === 'admin')
          .filter(({ ownerOnly }) => !ownerOnly || reaches(me.role, 'owner'))
          .map(({ to, icon, key, phoneOnly, deskOnly }) => (
            <Link
              key={to}
              to={to}
              className={phoneOnly ? 'phone-only' : deskOnly && 'desk-only'}
              aria-current={isAt(place.path, to) ? 'page' : undefined}
            >
              <Icon name={icon} />
              <span>{t(key)}</span>
            </Link>
          ))}
      </nav>
      <main id="content" tabIndex={-1}>
        <LineBanner />
        {match('/inbox/:view', place.path) && <NotifyQuestion />}
        {children}
      </main>
    </div>
  );
}

const isAt = (path: string, to: string): boolean =>
  path === to ||
  path.startsWith(`${to}/`) ||
  ['/operations', '/inbox'].some((room) => to.startsWith(room) && path.startsWith(room));

function Page({ place: { path, query }, isAdmin }: { place: Place; isAdmin: boolean }) {
  const inbox = match('/inbox/:view', path) ?? match('/inbox/:view/:id', path);
  const isHome = path === '/' || path === '/sign-in';
  useEffect(() => {
    if (isHome) navigate('/inbox/open', { replace: true });
  }, [isHome]);
  if (inbox && isView(inbox['view']))
    return <InboxPage view={inbox['view']} id={inbox['id']} q={query.get('q') ?? ''} />;
  if (path === '/accounts') return <AccountsPage />;
  const agent = match('/accounts/:id/agent', path);
  if (agent?.['id']) return <AgentPage id={agent['id']} />;
  const knowledge = match('/accounts/:id/knowledge', path) ?? match('/accounts/:id/knowledge/:document', path);
  if (knowledge?.['id']) return <KnowledgePage id={knowledge['id']} document={knowledge['document']} />;
  if (path === '/comments') return <CommentsPage />;
  const operations = match('/operations/:what', path) ?? match('/operations/:what/:id', path);
  if (operations && isAdmin) return <OperationsPage what={operations['what'] ?? ''} id={operations['id']} />;
  const staff = match('/staff', path) ?? match('/staff/:tab', path);
  if (staff) return <StaffPage tab={staff['tab']} />;
  if (path === '/setup') return <SetupPage />;
  if (path === '/me') return <SettingsPage />;
  if (isHome) return null;
  return (
    <Empty>
      <h1>{t('notFound')}</h1>
    </Empty>
  );
}
