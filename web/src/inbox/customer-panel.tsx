import type { ConversationView } from '../api/index.js';
import { dayAndTime, t, useNow } from '../i18n/index.js';
import { Avatar } from '../ui/index.js';
import { useColleagues } from './colleagues.js';
import { LabelChoice } from './labels.js';
import { Notes } from './notes.js';
import { isSnoozed } from './views.js';

/** Who the customer is, and what the team keeps about the conversation; beside it, or over it where there is no room. */
export function CustomerPanel({ conversation }: { conversation: ConversationView }) {
  const colleagues = useColleagues();
  const now = useNow();
  const { id, participant_name: name, participant_username: username, assignee } = conversation;
  return (
    <div className="customer">
      <div className="card-head">
        <Avatar name={name} />
        <div>
          <strong dir="auto">{name}</strong>
          {username && (
            <p className="quiet">
              <bdi>@{username}</bdi>
            </p>
          )}
        </div>
      </div>
      <dl>
        <dt>{t('customer.assignee')}</dt>
        <dd dir="auto">{assignee === null ? t('assign.nobody') : colleagues.nameOf(assignee)}</dd>
        {isSnoozed(conversation, now) && conversation.snoozed_until && (
          <>
            <dt>{t('view.snoozed')}</dt>
            <dd>{t('snooze.until', { time: dayAndTime(conversation.snoozed_until) })}</dd>
          </>
        )}
        {conversation.waiting_since && (
          <>
            <dt>{t('customer.waits')}</dt>
            <dd>{dayAndTime(conversation.waiting_since)}</dd>
          </>
        )}
        {conversation.window_closes_at && (
          <>
            <dt>{t('customer.window')}</dt>
            <dd>{dayAndTime(conversation.window_closes_at)}</dd>
          </>
        )}
        <dt>{t('customer.since')}</dt>
        <dd>{dayAndTime(conversation.created_at)}</dd>
      </dl>
      <section aria-label={t('labels.title')}>
        <h2>{t('labels.title')}</h2>
        <LabelChoice conversation={conversation} />
      </section>
      <section aria-label={t('notes.title')}>
        <h2>{t('notes.title')}</h2>
        <Notes conversationId={id} />
      </section>
    </div>
  );
}
