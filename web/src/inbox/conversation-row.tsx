import { memo } from 'react';
import type { ConversationView } from '../api/index.js';
import { dayAndTime, duration, shortTime, t, tIfKnown, useNow } from '../i18n/index.js';
import { Avatar, Icon, Link, useObservable } from '../ui/index.js';
import { useColleagues, type Colleagues } from './colleagues.js';
import { LabelDot, useLabels } from './labels.js';
import { useStore } from './store-context.js';
import { isSnoozed } from './views.js';
import { isWorthSaying, windowOf } from './window.js';

export const rowHeight = 76;
const maxDots = 3;

interface Props {
  id: string;
  to: string;
  selected: boolean;
  focusable: boolean;
  index: number;
}

/** One row; follows its own conversation, so that a change redraws nothing else. */
export const ConversationRow = memo(function ConversationRow({ id, to, selected, focusable, index }: Props) {
  const store = useStore();
  const conversation = useObservable(store.conversation(id));
  const draft = useObservable(store.drafts.of(id));
  const others = useObservable(store.presence.of(id));
  const labels = useLabels().filter((one) => conversation?.labels.includes(one.id));
  const now = useNow();
  const colleagues = useColleagues();
  if (!conversation) return null;
  const { participant_name: name, unread_count: unread, last_message_at: at } = conversation;
  const left = windowOf(conversation, now);
  // What is being written stands in the field already.
  const isDraft = !selected && draft.trim() !== '';
  const preview = isDraft ? t('row.draft', { text: draft }) : lastWords(conversation, colleagues);
  const assignee = conversation.assignee && colleagues.nameOf(conversation.assignee);
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
      <span className="visually-hidden">
        {[sentenceOf(conversation, now, colleagues), ...labels.map(({ name: label }) => label)].join(', ')}
      </span>
      <Avatar name={name} />
      <span className="row-text" aria-hidden="true">
        <span className="row-top">
          <strong dir="auto">{name}</strong>
          {at && <time dateTime={at}>{shortTime(at, now)}</time>}
        </span>
        <span className="row-bottom">
          <span className="row-preview" data-draft={isDraft || undefined} dir="auto">
            {preview}
          </span>
          {labels.slice(0, maxDots).map((label) => (
            <LabelDot key={label.id} color={label.color} />
          ))}
          {others.map(({ person, name: other, state }) => (
            <span key={person} className="here" data-state={state}>
              <Avatar name={other ?? colleagues.nameOf(person)} size={20} />
            </span>
          ))}
          {isSnoozed(conversation, now) && conversation.snoozed_until && (
            <span className="chip">
              <Icon name="snooze" size={14} />
              {shortTime(conversation.snoozed_until, now)}
            </span>
          )}
          {conversation.agent_paused && !assignee && <Icon name="person" size={16} />}
          {assignee && <Avatar name={assignee} size={20} />}
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

function lastWords(conversation: ConversationView, colleagues: Colleagues): string {
  const { last_message: words, last_message_type: type, last_message_source: source } = conversation;
  // What is no text is told by what it is: the server's words for it are in no language of the reader's.
  const text = (type !== null && tIfKnown(`last.${type}`)) || (words ?? '');
  if (text === '' || conversation.last_message_direction === 'inbound') return text;
  if (source === 'agent') return t('row.by', { name: t('author.agent'), text });
  if (source === 'app') return t('row.by', { name: t('author.app'), text });
  return colleagues.size > 1 ? t('row.by', { name: t('author.api'), text }) : t('row.you', { text });
}

/** The row as somebody who does not see it hears it. */
function sentenceOf(conversation: ConversationView, now: number, colleagues: Colleagues): string {
  const left = windowOf(conversation, now);
  return [
    conversation.participant_name,
    conversation.unread_count > 0 && t('row.unread', { n: conversation.unread_count }),
    lastWords(conversation, colleagues),
    conversation.last_message_at && dayAndTime(conversation.last_message_at),
    left && (left.urgency === 'closed' ? t('window.closed') : t('window.closes', { time: duration(left.leftMs) })),
    conversation.waiting_since && t('row.waiting', { time: dayAndTime(conversation.waiting_since) }),
    conversation.agent_paused && t('row.paused'),
    conversation.assignee && t('row.assigned', { name: colleagues.nameOf(conversation.assignee) }),
    isSnoozed(conversation, now) &&
      conversation.snoozed_until &&
      t('row.snoozed', { time: dayAndTime(conversation.snoozed_until) }),
  ]
    .filter(Boolean)
    .join(', ');
}
