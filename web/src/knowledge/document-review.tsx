import type { KnowledgeDocumentView } from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { ErrorNotice, Icon } from '../ui/index.js';
import { lineDiff } from './line-diff.js';

interface Props {
  document: KnowledgeDocumentView;
  decide: { mutate: (approve: boolean) => void; isPending: boolean; error: Error | null };
}

/** The text of a document with what to look at marked, and the yes or no that a person owes it. */
export function Review({ document, decide }: Props) {
  const { draft, review, state, question, text = '', warnings } = document;
  const waits = draft !== undefined || (review === 'pending' && state === 'ready');
  const flagged = draft?.flagged ?? document.flagged ?? [];
  return (
    <section className="card">
      <h2>{draft ? t('knowledge.changes') : t('knowledge.text')}</h2>
      {waits && <p>{reasonFor(document)}</p>}
      {(draft ?? { warnings }).warnings.length > 0 && (
        <p className="problem with-icon">
          <Icon name="warning" size={18} /> {t('knowledge.warning')}
        </p>
      )}
      {question && (
        <p>
          <strong dir="auto">{question}</strong>
        </p>
      )}
      <div className="document-text" tabIndex={0} role="region" aria-label={document.title}>
        {draft ? <Changes before={text} after={draft.text ?? ''} /> : <Lines text={text} flagged={flagged} />}
      </div>
      {decide.error && <ErrorNotice error={decide.error} />}
      {state === 'ready' && (
        <div className="buttons">
          {(waits || review === 'rejected') && (
            <button type="button" className="primary" disabled={decide.isPending} onClick={() => decide.mutate(true)}>
              {t(draft ? 'knowledge.review.yesChanged' : 'knowledge.review.yes')}
            </button>
          )}
          {review !== 'rejected' && (
            <button type="button" disabled={decide.isPending} onClick={() => decide.mutate(false)}>
              {t(noFor(draft !== undefined, waits))}
            </button>
          )}
        </div>
      )}
    </section>
  );
}

function noFor(changed: boolean, waits: boolean) {
  if (changed) return 'knowledge.review.noChanged';
  return waits ? 'knowledge.review.no' : 'knowledge.review.withdraw';
}

function reasonFor({ draft, kind }: KnowledgeDocumentView): string | undefined {
  if (draft) return t('knowledge.review.changed', { time: dayAndTime(draft.at) });
  return kind === 'url' ? t('knowledge.review.page') : undefined;
}

/** @param flagged lines that speak to an assistant */
function Lines({ text, flagged }: { text: string; flagged: readonly string[] }) {
  return text.split('\n').map((line, index) => (
    <p key={index} dir="auto">
      {flagged.includes(line.trim()) ? <mark>{line}</mark> : line || '\u00a0'}
    </p>
  ));
}

function Changes({ before, after }: { before: string; after: string }) {
  return lineDiff(before, after).map(({ kind, text }, index) => (
    <p key={index} dir="auto" data-diff={kind}>
      {kind !== 'same' && (
        <span className="visually-hidden">{t(kind === 'added' ? 'knowledge.added' : 'knowledge.removed')}: </span>
      )}
      {text || '\u00a0'}
    </p>
  ));
}
