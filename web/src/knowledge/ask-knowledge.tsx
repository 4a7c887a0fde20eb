import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { calling, knowledgeSearch, type FoundPassageView } from '../api/index.js';
import { t } from '../i18n/index.js';
import { ErrorNotice, Link } from '../ui/index.js';

/** Which passages the agent would be shown for a question, with the words that led there. */
export function AskKnowledge({ id }: { id: string }) {
  const [q, setQ] = useState('');
  const ask = useMutation({
    mutationFn: async () => (await knowledgeSearch({ ...calling, path: { account_id: id }, body: { q } })).data.data,
  });
  return (
    <section className="card" aria-label={t('knowledge.ask.title')}>
      <h2>{t('knowledge.ask.title')}</h2>
      <form
        className="one-line"
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate();
        }}
      >
        <input
          required
          dir="auto"
          maxLength={1_000}
          aria-label={t('knowledge.ask.question')}
          placeholder={t('knowledge.ask.question')}
          value={q}
          onChange={({ target }) => setQ(target.value)}
        />
        <button type="submit" disabled={ask.isPending}>
          {t('knowledge.ask.submit')}
        </button>
      </form>
      {ask.error && <ErrorNotice error={ask.error} />}
      {ask.data && (
        <div role="status" className="passages">
          <p className="quiet">
            {ask.data.passages.length === 0
              ? t('knowledge.ask.nothing')
              : t(ask.data.whole ? 'knowledge.ask.whole' : 'knowledge.ask.some')}
          </p>
          {ask.data.passages.map((passage) => (
            <Passage key={passage.id} id={id} passage={passage} />
          ))}
        </div>
      )}
    </section>
  );
}

function Passage({ id, passage }: { id: string; passage: FoundPassageView }) {
  return (
    <article className="passage">
      <p>
        <Link to={`/accounts/${id}/knowledge/${passage.document_id}`} dir="auto">
          {passage.title}
        </Link>
        {passage.heading && (
          <span className="quiet" dir="auto">
            {' '}
            {passage.heading}
          </span>
        )}
      </p>
      <p className="text" dir="auto">
        <Marked text={passage.text} words={passage.words} />
      </p>
    </article>
  );
}

/** A text with some of its words marked, in any case of letters. */
function Marked({ text, words }: { text: string; words: readonly string[] }) {
  if (words.length === 0) return text;
  const escaped = words.map((word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const parts = text.split(new RegExp(`(${escaped.join('|')})`, 'iu'));
  return parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part));
}
