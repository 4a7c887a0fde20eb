import type { ConversationView, PatchConversationDto } from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { Avatar, Dialog } from '../ui/index.js';
import { useColleagues } from './colleagues.js';
import { useStore } from './store-context.js';

interface Props {
  conversation: ConversationView;
  change: (what: PatchConversationDto) => void;
  onClose: () => void;
}

/** Who sees to a conversation. Says whom it was taken from, so that two do not take it at once. */
export function AssignDialog({ conversation, change, onClose }: Props) {
  const { actorId } = useStore();
  const { people } = useColleagues();
  const { assignee } = conversation;
  const give = (next: string | null): void => {
    change({ assignee: next, expected_assignee: assignee });
    onClose();
  };
  const others = people.filter(({ id, disabled }) => id !== actorId && !disabled);
  return (
    <Dialog title={t('assign.title')} onClose={onClose}>
      <div className="picks">
        <button type="button" aria-pressed={assignee === actorId} onClick={() => give('me')}>
          <Avatar name={t('assign.me')} size={28} /> {t('assign.me')}
        </button>
        {others.map(({ id, name }) => (
          <button key={id} type="button" aria-pressed={assignee === id} onClick={() => give(id)}>
            <Avatar name={name} size={28} /> <bdi>{name}</bdi>
          </button>
        ))}
        <button type="button" aria-pressed={assignee === null} onClick={() => give(null)}>
          {t('assign.nobody')}
        </button>
        <button type="button" className="plain" onClick={onClose}>
          {t('common.cancel')}
        </button>
      </div>
    </Dialog>
  );
}

const hourMs = 3_600_000;
const morning = 9;

/** @returns the times that are offered, each by its name */
function timesFrom(now: Date): [name: string, at: Date][] {
  const inHours = (n: number) => [t('snooze.hours', { n }), new Date(now.getTime() + n * hourMs)] as [string, Date];
  const inDays = (days: number): Date =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, morning, 0, 0, 0);
  return [inHours(1), inHours(3), [t('snooze.tomorrow'), inDays(1)], [t('snooze.week'), inDays(7)]];
}

/** Until when a conversation is out of the work lists, to the minute. */
export function SnoozeDialog({ conversation, change, onClose }: Props) {
  const until = (at: Date | null) => (): void => {
    change({ snoozed_until: at?.toISOString() ?? null });
    onClose();
  };
  return (
    <Dialog title={t('snooze.title')} onClose={onClose}>
      <p className="quiet">{t('snooze.hint')}</p>
      <div className="picks">
        {timesFrom(new Date()).map(([name, at]) => (
          <button key={name} type="button" onClick={until(at)}>
            <span>{name}</span> <span className="quiet">{dayAndTime(at.toISOString())}</span>
          </button>
        ))}
        {conversation.snoozed_until !== null && (
          <button type="button" onClick={until(null)}>
            {t('snooze.back')}
          </button>
        )}
        <button type="button" className="plain" onClick={onClose}>
          {t('common.cancel')}
        </button>
      </div>
    </Dialog>
  );
}
