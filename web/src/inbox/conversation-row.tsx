import { memo } from 'react';
import type { ConversationView } from '../api/index.js';
import { dayAndTime, duration, shortTime, t, useNow } from '../i18n/index.js';
import { Avatar, Icon, Link, useObservable } from '../ui/index.js';
import { useStore } from './store-context.js';
import { isWorthSaying, windowOf } from './window.js';

export const rowHeight = 76;

interface Props {
  id: string;
  to: string;
  selected: boolean;
  focusable: boolean;
  index: number;
}

/** One row; follows its own conversation, so that a change redraws nothing else. */
export const ConversationRow = memo(function ConversationRow({ id, to, selected, focusable, index }: Props) {
  const conversation = useObservable(useStore().conversation(id));
  const now = useNow();
  if (!conversation) return null;
  const { participant_name: name, unread_count: unread, last_message_at: at } = conversation;
  const left = windowOf(conversation, now);
  const preview = lastWords(conversation);
  return (
    <Link
      to={to}
      className="row"
      data-row={id}
      data-unread={unread > 0 || undefined}
      aria-current={selected ? 'true' : undefined}
      tabIndex={focusable ? 0 : -1}
      style={{ transform: `translateY(${index * rowHeight}px)` }}
    >
      <span className="visually-hidden">{sentenceOf(conversation, now)}</span>
      <Avatar name={name} />
      <span className="row-text" aria-hidden="true">
        <span className="row-top">
          <strong dir="auto">{name}</strong>
          {at && <time dateTime={at}>{shortTime(at, now)}</time>}
        </span>
        <span className="row-bottom">
          <span className="row-preview" dir="auto">
            {preview}
          </span>
          {conversation.agent_paused && <Icon name="person" size={16} />}
          {left && left.urgency !== 'closed' && isWorthSaying(left.leftMs) && (
            <span className="chip" data-urgency={left.urgency}>
              <Icon name="clock" size={14} />
              {duration(left.leftMs)}
            </span>
          )}
          {unread > 0 && <span className="badge">{unread}</span>}
        </span>
      </span>
    </Link>
  );
});

function lastWords({ last_message: text, last_message_direction: direction }: ConversationView): string {
  if (text === null) return '';
  return direction === 'outbound' ? t('row.you', { text }) : text;
}

/** The row as somebody who does not see it hears it. */
function sentenceOf(conversation: ConversationView, now: number): string {
  const left = windowOf(conversation, now);
  return [
    conversation.participant_name,
    conversation.unread_count > 0 && t('row.unread', { n: conversation.unread_count }),
    lastWords(conversation),
    conversation.last_message_at && dayAndTime(conversation.last_message_at),
    left && (left.urgency === 'closed' ? t('window.closed') : t('window.closes', { time: duration(left.leftMs) })),
    conversation.agent_paused && t('row.paused'),
  ]
    .filter(Boolean)
    .join(', ');
}
