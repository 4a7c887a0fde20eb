import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import {
  calling,
  knowledgeRemove,
  knowledgeReview,
  knowledgeUpdate,
  type KnowledgeDocumentView,
  type UpdateKnowledgeRequest,
} from '../api/index.js';
import { navigate } from '../app/router.js';
import { dayAndTime, t, tIfKnown } from '../i18n/index.js';
import { Dialog, ErrorNotice, Link } from '../ui/index.js';
import { AboutFields, aboutIn, textIn } from './about-fields.js';
import { FaqFields, TextField, UrlField } from './add-document.js';
import { Review } from './document-review.js';
import { stateOf, today } from './document-state.js';
import { documentKey, documentQuery, listKey } from './knowledge-queries.js';

/** One document: what the agent reads of it, the decision that it waits for, and changing it. */
export function DocumentPage({ id, documentId }: { id: string; documentId: string }) {
  const found = useQuery(documentQuery(id, documentId));
  const queries = useQueryClient();
  const path = { account_id: id, document_id: documentId };
  const show = async (document: KnowledgeDocumentView): Promise<void> => {
    queries.setQueryData(documentKey(id, documentId), document);
    await queries.invalidateQueries({ queryKey: listKey(id), exact: true });
  };
  const review = useMutation({
    mutationFn: async (approve: boolean) => (await knowledgeReview({ ...calling, path, body: { approve } })).data.data,
    onSuccess: show,
  });
  if (found.error) return <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return null;
  const document = found.data;
  const state = stateOf(document, today());
  return (
    <>
      <header className="page-head">
        <div>
          <h2 dir="auto">{document.title}</h2>
          <p className="quiet">
            {t(`knowledge.kind.${document.kind}`)} {document.file_name && <bdi>{document.file_name}</bdi>}
            {document.fetched_at && t('knowledge.read', { time: dayAndTime(document.fetched_at) })}
          </p>
        </div>
        <span className="chip" data-urgency={state.urgency}>
          {state.text}
        </span>
      </header>
      {document.reason && <p className="problem">{reasonOf(document.reason)}</p>}
      <Review document={document} decide={review} />
      <Editor key={document.revision} path={path} document={document} onSaved={show} />
    </>
  );
}

const reasonOf = (reason: string): string =>
  tIfKnown(`knowledge.reason.${reason}`) ?? t('knowledge.reason.other', { reason });

interface DocumentPath {
  account_id: string;
  document_id: string;
}

interface EditorProps {
  path: DocumentPath;
  document: KnowledgeDocumentView;
  onSaved: (document: KnowledgeDocumentView) => Promise<void>;
}

function Editor({ path, document, onSaved }: EditorProps) {
  const [open, setOpen] = useState(false);
  const { kind, title, question, text, url } = document;
  const save = useMutation({
    mutationFn: async (body: UpdateKnowledgeRequest) => (await knowledgeUpdate({ ...calling, path, body })).data.data,
    onSuccess: onSaved,
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const about = { language: null, valid_from: null, valid_until: null, ...aboutIn(form) };
    save.mutate({ title: textIn(form, 'title').trim(), ...about, ...changedText(form, document) });
  };
  if (!open)
    return (
      <div className="buttons">
        <button type="button" onClick={() => setOpen(true)}>
          {t('common.edit')}
        </button>
        <Remove path={path} title={title} />
        <Link to={`/accounts/${path.account_id}/knowledge`}>{t('common.back')}</Link>
      </div>
    );
  return (
    <form className="card form" onSubmit={submit}>
      <label>
        {t('knowledge.field.title')}
        <input name="title" required maxLength={200} dir="auto" defaultValue={title} />
      </label>
      {kind === 'faq' && <FaqFields question={question} answer={text} />}
      {isText(kind) && <TextField text={text} />}
      {kind === 'url' && <UrlField url={url} />}
      <AboutFields {...document} />
      {save.error && <ErrorNotice error={save.error} />}
      <div className="buttons">
        <button type="submit" className="primary" disabled={save.isPending}>
          {t('common.save')}
        </button>
        <button type="button" onClick={() => setOpen(false)}>
          {t('common.cancel')}
        </button>
      </div>
    </form>
  );
}

/** What was HTML is kept as what can be read of it: written as a text from then on, it would be read as HTML again. */
const isText = (kind: KnowledgeDocumentView['kind']): boolean => ['text', 'markdown', 'file'].includes(kind);

/** Texts alone that are others now: a new one is looked at anew, an address is read anew. */
function changedText(form: FormData, { kind, question, text, url }: KnowledgeDocumentView): UpdateKnowledgeRequest {
  const before: UpdateKnowledgeRequest =
    kind === 'faq' ? { question, answer: text } : kind === 'url' ? { url } : isText(kind) ? { text } : {};
  return Object.fromEntries(
    Object.entries(before).flatMap(([name, value]) => {
      const now = textIn(form, name).replaceAll('\r\n', '\n');
      return now === value ? [] : [[name, now]];
    }),
  );
}

function Remove({ path, title }: { path: DocumentPath; title: string }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => knowledgeRemove({ ...calling, path }),
    onSuccess: async () => {
      navigate(`/accounts/${path.account_id}/knowledge`, { replace: true });
      await queries.invalidateQueries({ queryKey: listKey(path.account_id), exact: true });
    },
  });
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        {t('common.delete')}
      </button>
      {asking && (
        <Dialog title={t('common.delete')} onClose={() => setAsking(false)}>
          <p dir="auto">{t('knowledge.delete.sure', { title })}</p>
          {remove.error && <ErrorNotice error={remove.error} />}
          <div className="buttons">
            <button type="button" className="primary" disabled={remove.isPending} onClick={() => remove.mutate()}>
              {t('common.delete')}
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              {t('common.cancel')}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
