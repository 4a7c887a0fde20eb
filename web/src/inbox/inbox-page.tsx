import { useEffect } from 'react';
import { duration, t, useNow } from '../i18n/index.js';
import { announce, Empty, useObservable } from '../ui/index.js';
import { ConversationListPane } from './conversation-list-pane.js';
import { useStore } from './store-context.js';
import { ThreadPane } from './thread-pane.js';
import type { ViewName } from './views.js';

/** List and conversation side by side; on a phone one at a time. */
export function InboxPage({ view, id, q }: { view: ViewName; id: string | undefined; q: string }) {
  const backTo = `/inbox/${view}${q ? `?q=${encodeURIComponent(q)}` : ''}`;
  useAnnouncements(id);
  return (
    <div className="inbox" data-open={id !== undefined || undefined}>
      <ConversationListPane view={view} q={q} selected={id} />
      {id === undefined ? (
        <section className="pane thread-pane nothing">
          <Empty>{t('thread.none')}</Empty>
        </section>
      ) : (
        <ThreadPane key={id} id={id} backTo={backTo} />
      )}
    </div>
  );
}

const othersEveryMs = 10_000;
let others = 0;
let othersAt = 0;

/** One polite voice: whole sentences of the open conversation, of the others how many now and then. */
function useAnnouncements(openId: string | undefined): void {
  const { arrival } = useStore();
  useEffect(
    () =>
      arrival.subscribe(() => {
        const { message, conversation } = arrival.get() ?? {};
        if (!message) return;
        if (message.conversation_id === openId) {
          const name = conversation?.participant_name ?? '';
          announce(t('announce.message', { name, text: message.content ?? t('attachment.other') }));
          return;
        }
        others++;
        if (Date.now() - othersAt < othersEveryMs) return;
        announce(t('announce.others', { n: others }));
        others = 0;
        othersAt = Date.now();
      }),
    [arrival, openId],
  );
}

const patienceMs = 5_000;

/** Says when the page is not live; a short gap is nobody's business. */
export function LineBanner() {
  const line = useObservable(useStore().live.line);
  const now = useNow(line.state === 'reconnecting');
  if (line.state === 'offline') return <Banner text={t('line.offline')} />;
  if (line.state !== 'reconnecting') return null;
  const ms = now - line.sinceMs;
  return ms < patienceMs ? null : <Banner text={t('line.reconnecting', { time: duration(ms) })} />;
}

function Banner({ text }: { text: string }) {
  return (
    <p className="banner" role="status">
      {text}
    </p>
  );
}
