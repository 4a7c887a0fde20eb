import { useState } from 'react';
import type { ConversationView } from '../api/index.js';
import { dayAndTime, t, useNow } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { Icon, Link, type IconName } from '../ui/index.js';
import { windowOf } from './window.js';
import { Writing } from './writing.js';

/** Where a person answers, or why nobody can; one for each conversation, so that a text never goes to somebody else. */
export function Composer({ conversation }: { conversation: ConversationView }) {
  const mayAnswer = useMay('operator');
  const left = windowOf(conversation, useNow());
  // The last minutes are counted, so that nobody writes into a window that has closed.
  const now = useNow(left?.urgency === 'urgent');
  const [asHuman, setAsHuman] = useState(false);
  const { participant_name: name, human_agent_until: humanUntil } = conversation;
  const isClosed = windowOf(conversation, now)?.urgency === 'closed';
  const mayAsHuman = humanUntil !== null && Date.parse(humanUntil) > now;
  if (!mayAnswer) return <Closed icon="person" text={t('composer.viewer')} />;
  if (isClosed && mayAsHuman && !asHuman) {
    return (
      <footer className="composer closed">
        <Icon name="clock" />
        <p>{t('composer.humanAgent', { time: dayAndTime(humanUntil) })}</p>
        <button type="button" onClick={() => setAsHuman(true)}>
          {t('composer.useHumanAgent')}
        </button>
      </footer>
    );
  }
  if (isClosed && !mayAsHuman) return <Closed icon="clock" text={t('composer.closed', { name })} />;
  if (!conversation.can_reply && !isClosed) {
    return (
      <footer className="composer closed">
        <Icon name="warning" />
        <p>{t('composer.cannot')}</p>
        <Link to="/accounts">{t('nav.accounts')}</Link>
      </footer>
    );
  }
  return <Writing conversation={conversation} humanAgent={isClosed} />;
}

function Closed({ icon, text }: { icon: IconName; text: string }) {
  return (
    <footer className="composer closed">
      <Icon name={icon} />
      <p>{text}</p>
    </footer>
  );
}
