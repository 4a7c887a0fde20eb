import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { calling, knowledgeCreate, knowledgeUpload, type ApiError, type CreateKnowledgeRequest } from '../api/index.js';
import { navigate } from '../app/router.js';
import { t } from '../i18n/index.js';
import { ErrorNotice, Icon, Link } from '../ui/index.js';
import { AboutFields, aboutIn, textIn } from './about-fields.js';
import { listKey } from './knowledge-queries.js';

const kinds = ['faq', 'markdown', 'url', 'file'] as const;
type Kind = (typeof kinds)[number];

/** One form for each kind of knowledge, the same about each. */
export function AddDocument({ id }: { id: string }) {
  const [kind, setKind] = useState<Kind>('faq');
  return (
    <section className="card form" aria-label={t('knowledge.new')}>
      <h2>{t('knowledge.new')}</h2>
      <fieldset className="choices">
        <legend>{t('knowledge.new.kind')}</legend>
        {kinds.map((one) => (
          <label key={one} className="choice">
            <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
            {t(`knowledge.kind.${one}`)}
          </label>
        ))}
      </fieldset>
      {kind === 'file' ? <Files id={id} /> : <Writing key={kind} id={id} kind={kind} />}
    </section>
  );
}

function Writing({ id, kind }: { id: string; kind: Exclude<Kind, 'file'> }) {
  const queries = useQueryClient();
  const create = useMutation({
    mutationFn: (body: CreateKnowledgeRequest) => knowledgeCreate({ ...calling, path: { account_id: id }, body }),
    onSuccess: async ({ data }) => {
      await queries.invalidateQueries({ queryKey: listKey(id) });
      navigate(`/accounts/${id}/knowledge/${data.data.id}`, { replace: true });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const texts = { faq: ['question', 'answer'], markdown: ['text'], url: ['url'] }[kind];
    const written = Object.fromEntries(texts.map((name) => [name, textIn(form, name)]));
    create.mutate({ kind, title: textIn(form, 'title').trim(), ...written, ...aboutIn(form) });
  };
  return (
    <form className="form" onSubmit={submit}>
      <label>
        {t('knowledge.field.title')}
        <input name="title" required maxLength={200} dir="auto" />
      </label>
      {kind === 'faq' && <FaqFields />}
      {kind === 'markdown' && <TextField />}
      {kind === 'url' && <UrlField />}
      <AboutFields />
      {create.error && <ErrorNotice error={create.error} />}
      <div className="buttons">
        <button type="submit" className="primary" disabled={create.isPending}>
          {t('common.add')}
        </button>
        <Link to={`/accounts/${id}/knowledge`}>{t('common.cancel')}</Link>
      </div>
    </form>
  );
}

export function FaqFields({ question, answer }: { question?: string; answer?: string }) {
  return (
    <>
      <label>
        {t('knowledge.field.question')}
        <input name="question" required maxLength={1_000} dir="auto" defaultValue={question} />
      </label>
      <label>
        {t('knowledge.field.answer')}
        <textarea name="answer" required rows={5} maxLength={20_000} dir="auto" defaultValue={answer} />
      </label>
    </>
  );
}

export function TextField({ text }: { text?: string }) {
  return (
    <label>
      {t('knowledge.field.text')}
      <textarea name="text" required rows={14} maxLength={200_000} dir="auto" defaultValue={text} />
    </label>
  );
}

export function UrlField({ url }: { url?: string }) {
  return (
    <label>
      {t('knowledge.field.url')}
      <input
        name="url"
        type="url"
        required
        maxLength={2_000}
        pattern="https?://.+"
        placeholder="https://"
        defaultValue={url}
        aria-describedby="url-hint"
      />
      <small id="url-hint">{t('knowledge.field.urlHint')}</small>
    </label>
  );
}

interface Upload {
  file: File;
  state: 'waiting' | 'sending' | 'done' | 'failed';
  error?: ApiError;
  documentId?: string;
}

/** Files go up one after the other; one that can't be read says so, and the others go on. */
function Files({ id }: { id: string }) {
  const queries = useQueryClient();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const all: Upload[] = form
      .getAll('files')
      .flatMap((file) => (file instanceof File && file.size > 0 ? [{ file, state: 'waiting' as const }] : []));
    const change = (index: number, what: Partial<Upload>): void => {
      all[index] = { ...(all[index] as Upload), ...what };
      setUploads([...all]);
    };
    setUploads([...all]);
    setBusy(true);
    for (const [index, { file }] of all.entries()) {
      change(index, { state: 'sending' });
      try {
        const { data } = await knowledgeUpload({
          ...calling,
          path: { account_id: id },
          body: { ...aboutIn(form), file },
        });
        change(index, { state: 'done', documentId: data.data.id });
      } catch (error) {
        change(index, { state: 'failed', error: error as ApiError });
      }
    }
    setBusy(false);
    await queries.invalidateQueries({ queryKey: listKey(id) });
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <label>
        {t('knowledge.field.files')}
        <input
          type="file"
          name="files"
          multiple
          required
          accept=".pdf,.html,.htm,.md,.markdown,.txt"
          aria-describedby="files-hint"
        />
        <small id="files-hint">{t('knowledge.field.filesHint')}</small>
      </label>
      <AboutFields />
      <div className="buttons">
        <button type="submit" className="primary" disabled={busy}>
          {t('common.add')}
        </button>
        <Link to={`/accounts/${id}/knowledge`}>{t('common.back')}</Link>
      </div>
      <ul className="uploads" role="status">
        {uploads.map(({ file, state, error, documentId }, index) => (
          <li key={index}>
            <Icon name={state === 'failed' ? 'warning' : state === 'done' ? 'check' : 'clock'} size={18} />
            <span dir="auto">
              {documentId ? <Link to={`/accounts/${id}/knowledge/${documentId}`}>{file.name}</Link> : file.name}
            </span>
            {state === 'failed' ? (
              <span className="problem">{error?.message}</span>
            ) : (
              <span className="quiet">{t(`knowledge.upload.${state}`)}</span>
            )}
          </li>
        ))}
      </ul>
    </form>
  );
}
