import { useState, type ReactNode } from 'react';
import { calling, messagesResolve, type ApiError, type MessageView } from '../api/index.js';
import { clockTime, t, tIfKnown, useNow } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { ErrorNotice, Icon, Link, useObservable, type IconName } from '../ui/index.js';
import { useColleagues, type Colleagues } from './colleagues.js';
import { Media } from './media.js';
import type { OutboxEntry } from './outbox.js';
import { useStore } from './store-context.js';
import { Why } from './why.js';

/** A message that the server has. */
export function Bubble({ message, first, name }: { message: MessageView; first: boolean; name: string }) {
  const own = message.direction === 'outbound';
  const kind = message.kind === 'message' ? undefined : t(`message.kind.${message.kind}`);
  return (
    <article
      className="bubble-line"
      data-own={own || undefined}
      data-first={first || undefined}
      data-message={message.id}
    >
      {first && <Author message={message} name={name} />}
      {kind && <p className="system-line">{kind}</p>}
      <Quoted message={message} />
      <div className="bubble" data-status={message.status}>
        {message.unsent ? <p className="quiet">{t('message.unsent')}</p> : <Content message={message} name={name} />}
        <footer>
          <time dateTime={message.sent_at}>{clockTime(message.sent_at)}</time>
          {message.edited && <span>{t('message.edited')}</span>}
          {own && <SendState message={message} />}
        </footer>
      </div>
      {message.reactions.length > 0 && (
        <p className="reactions">{message.reactions.map(({ emoji, reaction }) => emoji ?? reaction).join(' ')}</p>
      )}
      {message.agent_state === 'skipped' && message.agent_reason && (
        <p className="quiet silence">
          <Icon name="agent" size={14} />{' '}
          {t('silence', {
            reason: tIfKnown(`agent.why.${message.agent_reason}`) ?? message.agent_reason.replaceAll('_', ' '),
          })}
        </p>
      )}
      {message.source === 'agent' && own && <Why messageId={message.id} />}
      {message.status === 'failed' && <Failed message={message} />}
      {message.status === 'unconfirmed' && <Unconfirmed message={message} />}
    </article>
  );
}

function Author({ message, name }: { message: MessageView; name: string }) {
  const [icon, author] = authorOf(message, name, useColleagues());
  return (
    <p className="author">
      <Icon name={icon} size={14} /> <span dir="auto">{author}</span>
    </p>
  );
}

function authorOf(message: MessageView, name: string, colleagues: Colleagues): [icon: IconName, author: string] {
  if (message.direction === 'inbound') return ['person', name];
  if (message.is_automatic) return ['agent', t('author.automatic')];
  if (message.source === 'agent') return ['agent', t('author.agent')];
  if (message.sent_by) return ['person', colleagues.nameOf(message.sent_by)];
  return ['person', message.source === 'api' ? t('author.api') : t('author.app')];
}

const quotedLength = 80;
/** The server’s words for what is no text: it is shown itself. */
const inBrackets = /^\[[^\]]*\]$/;

function Content({ message, name }: { message: MessageView; name: string }) {
  return (
    <>
      {message.attachments.map((attachment, index) => (
        <Media key={index} message={message} attachment={attachment} name={name} />
      ))}
      {message.content !== null && !(message.attachments.length > 0 && inBrackets.test(message.content)) && (
        <p className="text" dir="auto">
          {message.content}
        </p>
      )}
    </>
  );
}

const storyLifeMs = 24 * 3_600_000;

/** What it answers: the message's own words where they are on the page; of a story, the way to it while it lives. */
function Quoted({ message }: { message: MessageView }) {
  const thread = useStore().thread(message.conversation_id);
  const { messages } = useObservable(thread.state);
  const now = useNow();
  const to = message.reply_to as { mid?: string; story?: { url?: string } } | undefined;
  if (!to) return null;
  if (to.story) {
    const isOver = now - Date.parse(message.sent_at) > storyLifeMs;
    return (
      <p className="quoted">
        {t('message.storyReply')}{' '}
        {isOver || !to.story.url?.startsWith('http') ? (
          <span>({t('message.storyOver')})</span>
        ) : (
          <a href={to.story.url} target="_blank" rel="noopener noreferrer">
            {t('message.storyOpen')}
          </a>
        )}
      </p>
    );
  }
  const answered = messages.find(({ external_id: mid }) => mid !== null && mid === to.mid);
  return (
    <p className="quoted">
      {t('message.replyTo')}
      {answered?.content && (
        <>
          : <q dir="auto">{answered.content.slice(0, quotedLength)}</q>
        </>
      )}
    </p>
  );
}

function SendState({ message }: { message: MessageView }): ReactNode {
  switch (message.status) {
    case 'queued': {
      const why = message.held_reason && tIfKnown(`held.${message.held_reason}`);
      return (
        <State icon="clock">
          {t('send.queued')}
          {why && `: ${why}`}
        </State>
      );
    }
    case 'sending':
      return <State icon="clock">{t('send.sending')}</State>;
    case 'sent':
      return message.read_at ? (
        <State icon="seen">{t('send.seen', { time: clockTime(message.read_at) })}</State>
      ) : (
        <State icon="check">{t('send.sent')}</State>
      );
    case 'failed':
      return <State icon="warning">{t('send.failed')}</State>;
    case 'unconfirmed':
      return <State icon="warning">?</State>;
    default:
      return null;
  }
}

function State({ icon, children }: { icon: IconName; children: ReactNode }) {
  return (
    <span className="send-state">
      <Icon name={icon} size={14} /> {children}
    </span>
  );
}

/** Failures that another try of the same text would meet again. */
const lasting = ['bad_request', 'no_recipient', 'person_unavailable', 'blocked', 'outside_window'];
const ofAccount = ['token_invalid', 'permission'];

/** It certainly did not reach the customer: trying anew can't make two of it. */
function Failed({ message }: { message: MessageView }) {
  const store = useStore();
  const mayAnswer = useMay('operator');
  const conversation = useObservable(store.conversation(message.conversation_id));
  const { kind, message: why } = message.error ?? {};
  const asHuman = kind === 'outside_window' && conversation?.reply_with_tag === 'HUMAN_AGENT';
  return (
    <div className="send-problem">
      <p>{why ?? t('send.failed')}</p>
      {mayAnswer && message.content && (
        <div className="buttons">
          {kind !== undefined && ofAccount.includes(kind) && <Link to="/accounts">{t('nav.accounts')}</Link>}
          {(asHuman || !lasting.includes(kind ?? '')) && (
            <button type="button" onClick={() => store.outbox.sendAnew(message, asHuman)}>
              {t(asHuman ? 'composer.useHumanAgent' : 'send.anew')}
            </button>
          )}
          <button type="button" onClick={() => store.drafts.append(message.conversation_id, message.content ?? '')}>
            {t('send.edit')}
          </button>
        </div>
      )}
    </div>
  );
}

/** Only a person can settle it: sending again on suspicion is what the server never does. */
function Unconfirmed({ message }: { message: MessageView }) {
  const mayAnswer = useMay('operator');
  const [sure, setSure] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const resolve = (action: 'mark_sent' | 'send_again' | 'mark_failed') => async () => {
    setBusy(true);
    setError(undefined);
    await messagesResolve({ ...calling, path: { id: message.id }, body: { action } }).catch((refused: unknown) =>
      setError(refused as ApiError),
    );
    setBusy(false);
  };
  return (
    <div className="send-problem" role="group" aria-label={t('send.unconfirmed')}>
      <p>{sure ? t('send.againSure') : t('send.unconfirmed')}</p>
      <div className="buttons" hidden={!mayAnswer}>
        {!sure && (
          <button type="button" disabled={busy} onClick={() => void resolve('mark_sent')()}>
            {t('send.markSent')}
          </button>
        )}
        {!sure && (
          <button type="button" disabled={busy} onClick={() => void resolve('mark_failed')()}>
            {t('send.markFailed')}
          </button>
        )}
        <button type="button" disabled={busy} onClick={() => (sure ? void resolve('send_again')() : setSure(true))}>
          {t('send.again')}
        </button>
        {sure && (
          <button type="button" onClick={() => setSure(false)}>
            {t('common.cancel')}
          </button>
        )}
      </div>
      {error && <ErrorNotice error={error} />}
    </div>
  );
}

/** What was written here, while the server has no copy of it. */
export function OwnBubble({ entry }: { entry: OutboxEntry }) {
  const isRefused = entry.state === 'refused';
  return (
    <article className="bubble-line" data-own data-first>
      <div className="bubble" data-status={entry.state}>
        <p className="text" dir="auto">
          {entry.text}
        </p>
        <footer>
          <time dateTime={entry.writtenAt}>{clockTime(entry.writtenAt)}</time>
          <State icon={isRefused ? 'warning' : 'clock'}>
            {isRefused ? t('send.failed') : t(entry.state === 'waiting' ? 'send.waiting' : 'send.posting')}
          </State>
        </footer>
      </div>
      {isRefused && <Refused entry={entry} />}
    </article>
  );
}

const accountCodes = ['account_needs_reauth', 'account_disabled', 'token_unreadable'];

/** The server took nothing of it: the same try, with the same key, is safe whenever the reason is gone. */
function Refused({ entry }: { entry: OutboxEntry }) {
  const store = useStore();
  const { outbox, drafts } = store;
  const code = entry.refusal?.code ?? '';
  const answerable = useObservable(store.conversation(entry.conversationId));
  const asHuman = code === 'outside_window' && answerable?.reply_with_tag === 'HUMAN_AGENT';
  const edit = (): void => {
    drafts.append(entry.conversationId, entry.text);
    outbox.remove(entry.key);
  };
  return (
    <div className="send-problem">
      <p>{tIfKnown(`refused.${code}`) ?? entry.refusal?.message}</p>
      <div className="buttons">
        {accountCodes.includes(code) && <Link to="/accounts">{t('nav.accounts')}</Link>}
        {asHuman ? (
          <button type="button" onClick={() => outbox.askAsHuman(entry)}>
            {t('composer.useHumanAgent')}
          </button>
        ) : (
          <button type="button" onClick={() => outbox.retry(entry.key)}>
            {t('common.tryAgain')}
          </button>
        )}
        <button type="button" onClick={edit}>
          {t('send.edit')}
        </button>
        <button type="button" onClick={() => outbox.remove(entry.key)}>
          {t('send.discard')}
        </button>
      </div>
    </div>
  );
}
