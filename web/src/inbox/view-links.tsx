import { t } from '../i18n/index.js';
import { Icon, Link, useObservable, type IconName } from '../ui/index.js';
import { useStore } from './store-context.js';
import type { ViewName } from './views.js';

/** The lists that are worked by, in the order in which a day goes. */
const links: readonly { view: ViewName; icon: IconName; counts: boolean }[] = [
  { view: 'open', icon: 'inbox', counts: false },
  { view: 'unread', icon: 'unread', counts: true },
  { view: 'waiting', icon: 'clock', counts: true },
  { view: 'mine', icon: 'person', counts: true },
  { view: 'closing', icon: 'warning', counts: true },
  { view: 'snoozed', icon: 'snooze', counts: false },
  { view: 'done', icon: 'done', counts: false },
];

/** Ways to the lists, with how much is in each. */
export function ViewLinks({ path }: { path: string }) {
  const counts = useObservable(useStore().counts.views);
  return links.map(({ view, icon, counts: isCounted }) => {
    const to = `/inbox/${view}`;
    const found = isCounted ? counts?.[view] : undefined;
    return (
      <Link key={view} to={to} aria-current={path === to || path.startsWith(`${to}/`) ? 'page' : undefined}>
        <Icon name={icon} />
        <span>{t(`view.${view}`)}</span>
        {found && found.count > 0 && (
          <span className="badge" data-quiet={view !== 'unread' || undefined}>
            {found.more ? `${found.count}+` : found.count}
          </span>
        )}
      </Link>
    );
  });
}
