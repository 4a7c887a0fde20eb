import { useEffect, useState } from 'react';
import type { MessageAttachmentView, MessageView } from '../api/index.js';
import { clockTime, t, tIfKnown } from '../i18n/index.js';
import { pastedToken } from '../session/index.js';
import { Dialog, Icon } from '../ui/index.js';
import { mediaKind, type MediaKind } from './media-kind.js';

interface Props {
  message: MessageView;
  attachment: MessageAttachmentView;
  /** The customer’s. */
  name: string;
}

/** A picture, video, voice message or file of a message, through this server; where it is gone, that it was there. */
export function Media({ message, attachment, name }: Props) {
  const { href, url, title } = attachment;
  const label = title ?? tIfKnown(`attachment.${attachment.type}`) ?? t('attachment.other');
  const from = message.direction === 'inbound' ? name : t('author.api');
  const what = `${t('message.attachment', { type: label, name: from })}, ${clockTime(message.sent_at)}`;
  const kind = mediaKind(attachment);
  const [source, fail] = useSource(kind === 'file' ? undefined : href);
  /** What is no picture may be a video: of a story Meta does not say. */
  const [tried, setTried] = useState<MediaKind>(kind);
  const onError = (): void => (tried === 'image' && kind === 'either' ? setTried('video') : fail());
  if (!href) return <Elsewhere label={label} what={what} url={url} />;
  if (kind === 'file') {
    return (
      <div className="attachment">
        <Icon name="file" />
        <a href={href} target="_blank" rel="noopener" dir="auto" aria-label={`${t('message.open')}: ${what}`}>
          {label}
        </a>
        {attachment.bytes !== undefined && <span className="quiet">{sizeOf(attachment.bytes)}</span>}
      </div>
    );
  }
  if (source === null) return <Gone label={label} />;
  if (source === undefined) return <div className="media" role="status" aria-label={t('common.loading')} />;
  if (tried === 'audio') return <Voice {...{ source, what, onError }} />;
  if (tried === 'video') {
    return (
      <video
        className="media"
        src={source}
        aria-label={what}
        controls
        playsInline
        preload="metadata"
        onError={onError}
      />
    );
  }
  return <Picture {...{ source, what, label, onError }} />;
}

/** Nothing of it can be shown here; a link of the channel’s is opened on purpose, in a tab of its own. */
function Elsewhere({ label, what, url }: { label: string; what: string; url: string | undefined }) {
  return (
    <div className="attachment">
      <Icon name="file" />
      <span dir="auto">{label}</span>
      {url?.startsWith('https://') ? (
        <a href={url} target="_blank" rel="noopener noreferrer" aria-label={`${t('message.open')}: ${what}`}>
          {t('message.open')}
        </a>
      ) : (
        <span className="quiet">{t('message.unavailable')}</span>
      )}
    </div>
  );
}

/** As large as what it stands for: nothing moves when it turns out to be gone. */
function Gone({ label }: { label: string }) {
  return (
    <div className="media gone">
      <Icon name="clock" />
      <span dir="auto">{label}</span>
      <span className="quiet">{t('message.unavailable')}</span>
    </div>
  );
}

interface ShownProps {
  source: string;
  what: string;
  onError: () => void;
}

function Picture({ source, what, label, onError }: ShownProps & { label: string }) {
  const [large, setLarge] = useState(false);
  return (
    <>
      <button
        type="button"
        className="media picture"
        aria-label={`${t('message.enlarge')}: ${what}`}
        onClick={() => setLarge(true)}
      >
        <img src={source} alt={what} loading="lazy" decoding="async" onError={onError} />
      </button>
      {large && (
        <Dialog title={label} className="viewer" onClose={() => setLarge(false)}>
          <img src={source} alt={what} />
          <div className="buttons">
            <button type="button" onClick={() => setLarge(false)}>
              {t('common.close')}
            </button>
            <a href={source} target="_blank" rel="noopener">
              {t('message.original')}
            </a>
          </div>
        </Dialog>
      )}
    </>
  );
}

const speeds = [1, 1.5, 2];

function Voice({ source, what, onError }: ShownProps) {
  const [at, setAt] = useState(0);
  const speed = speeds[at] ?? 1;
  return (
    <div className="voice">
      <audio
        src={source}
        aria-label={what}
        controls
        preload="metadata"
        onError={onError}
        ref={(audio) => {
          if (audio) audio.playbackRate = speed;
        }}
      />
      <button
        type="button"
        aria-label={t('message.speed', { n: speed })}
        onClick={() => setAt((at + 1) % speeds.length)}
      >
        {speed}×
      </button>
    </div>
  );
}

/** Where the browser finds it; `undefined`: not yet, `null`: nowhere. */
type Source = string | undefined | null;

/** A page that is signed in by its session shows the address itself; a pasted token has to fetch it. */
function useSource(href: string | undefined): [source: Source, fail: () => void] {
  const token = pastedToken();
  const [source, setSource] = useState<Source>(token ? undefined : href);
  useEffect(() => {
    if (!token || !href) return undefined;
    const left = new AbortController();
    let address: string | undefined;
    fetch(href, { headers: { authorization: `Bearer ${token}` }, signal: left.signal })
      .then(async (answer) => {
        if (!answer.ok) throw new TypeError(`answered ${answer.status}`);
        address = URL.createObjectURL(await answer.blob());
        setSource(address);
      })
      .catch(() => left.signal.aborted || setSource(null));
    return () => {
      left.abort();
      if (address) URL.revokeObjectURL(address);
    };
  }, [token, href]);
  return [source, () => setSource(null)];
}

function sizeOf(bytes: number): string {
  const options = { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(document.documentElement.lang, options).format(Math.ceil(bytes / 1_000));
}
