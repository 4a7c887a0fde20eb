import { useState } from 'react';
import type { ApiError, ConversationView, PatchConversationDto } from '../api/index.js';
import { clockTime, dayAndTime, duration, t, useNow } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { Avatar, Dialog, ErrorNotice, Icon, Link, useObservable } from '../ui/index.js';
import { useColleagues } from './colleagues.js';
import { CustomerPanel } from './customer-panel.js';
import { AssignDialog, SnoozeDialog } from './desk-dialogs.js';
import { useStore } from './store-context.js';
import { isSnoozed } from './views.js';
import { windowOf } from './window.js';

/** Who it is, who answers and until when, how long it may be answered. */
export function ThreadHeader({ conversation, backTo }: { conversation: ConversationView; backTo: string }) {
  const store = useStore();
  const mayAnswer = useMay('operator');
  const now = useNow();
  const [error, setError] = useState<ApiError>();
  const [asking, setAsking] = useState<AskedProps['what']>();
  const colleagues = useColleagues();
  const { id, participant_name: name, agent_paused: paused, archived } = conversation;
  const left = windowOf(conversation, now);
  const change = (what: PatchConversationDto): void => {
    setError(undefined);
    store.patch(id, what).catch((refused: unknown) => {
      setError(refused as ApiError);
      // Somebody was quicker: what is shown is old.
      if ((refused as ApiError).status === 409) void store.refresh(id).catch(() => undefined);
    });
  };
  const assignee = conversation.assignee === null ? undefined : colleagues.nameOf(conversation.assignee);
  return (
    <header className="thread-head">
      <Link to={backTo} className="icon-button back" aria-label={t('common.back')}>
        <Icon name="back" />
      </Link>
      <Avatar name={name} size={36} />
      <div className="thread-title">
        <h1 dir="auto">{name}</h1>
        <p className="quiet">
          {left && (
            <span className="chip" data-urgency={left.urgency}>
              <Icon name="clock" size={14} />
              {left.urgency === 'closed' ? t('window.closed') : t('window.short', { time: duration(left.leftMs) })}
            </span>
          )}{' '}
          {stateOf(conversation, now)}
          {isSnoozed(conversation, now) && conversation.snoozed_until && (
            <> · {t('snooze.until', { time: dayAndTime(conversation.snoozed_until) })}</>
          )}
        </p>
        <Others conversationId={id} />
      </div>
      <button
        type="button"
        className="details-button"
        data-details
        aria-label={t('customer.title')}
        onClick={() => setAsking('details')}
      >
        <Icon name="info" size={18} />
      </button>
      <div className="buttons" hidden={!mayAnswer}>
        <button type="button" data-take-over onClick={() => change({ agent_paused: !paused })}>
          <Icon name={paused ? 'agent' : 'person'} size={18} />
          <span>{t(paused ? 'agent.handBack' : 'agent.takeOver')}</span>
        </button>
        <button type="button" data-assign onClick={() => setAsking('assign')}>
          {assignee ? <Avatar name={assignee} size={18} /> : <Icon name="team" size={18} />}
          <span dir="auto">{assignee ?? t('assign.button')}</span>
        </button>
        <button
          type="button"
          hidden
          data-assign-me
          onClick={() => change({ assignee: 'me', expected_assignee: conversation.assignee })}
        />
        <button type="button" data-snooze onClick={() => setAsking('snooze')}>
          <Icon name="snooze" size={18} />
          <span>{t('snooze.button')}</span>
        </button>
        <button type="button" data-done onClick={() => change({ done: !archived })}>
          <Icon name={archived ? 'inbox' : 'done'} size={18} />
          <span>{t(archived ? 'thread.reopen' : 'thread.done')}</span>
        </button>
      </div>
      {error && (
        <ErrorNotice error={error.status === 409 ? { message: t('assign.changed'), code: error.code } : error} />
      )}
      <Asked what={asking} conversation={conversation} change={change} onClose={() => setAsking(undefined)} />
    </header>
  );
}

interface AskedProps {
  what: 'assign' | 'snooze' | 'details' | undefined;
  conversation: ConversationView;
  change: (what: PatchConversationDto) => void;
  onClose: () => void;
}

function Asked({ what, conversation, change, onClose }: AskedProps) {
  return (
    <>
      {what === 'assign' && <AssignDialog conversation={conversation} change={change} onClose={onClose} />}
      {what === 'snooze' && <SnoozeDialog conversation={conversation} change={change} onClose={onClose} />}
      {what === 'details' && (
        <Dialog title={t('customer.title')} onClose={onClose}>
          <CustomerPanel conversation={conversation} />
          <button type="button" onClick={onClose}>
            {t('common.close')}
          </button>
        </Dialog>
      )}
    </>
  );
}

/** Who else is here, in a sentence each. */
function Others({ conversationId }: { conversationId: string }) {
  const others = useObservable(useStore().presence.of(conversationId));
  const colleagues = useColleagues();
  if (others.length === 0) return null;
  return (
    <p className="others" role="status">
      {others.map(({ person, name, state }) => (
        <span key={person} data-state={state}>
          {t(state === 'typing' ? 'presence.typing' : 'presence.looking', {
            name: name ?? colleagues.nameOf(person),
          })}
        </span>
      ))}
    </p>
  );
}

function stateOf(conversation: ConversationView, now: number): string {
  if (!conversation.agent_paused) return t('agent.on');
  const { agent_paused_until: until, agent_paused_reason: reason } = conversation;
  const isToday = until !== null && new Date(until).toDateString() === new Date(now).toDateString();
  const when =
    until === null
      ? t('agent.untilHandedBack')
      : t('agent.until', { time: isToday ? clockTime(until) : dayAndTime(until) });
  return reason ? `${when} (${t(`agent.why.${reason}`)})` : when;
}
