import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState, type FormEvent } from 'react';
import { calling, notesAdd, notesChange, notesList, notesRemove, type NoteView } from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { useMay } from '../session/index.js';
import { ErrorNotice } from '../ui/index.js';
import { useColleagues } from './colleagues.js';
import { useStore } from './store-context.js';

const limit = 20;
const maxLength = 5_000;
const keyOf = (conversationId: string) => ['notes', conversationId];

/** What people tell each other about a conversation. No customer and no model sees it. */
export function Notes({ conversationId: id }: { conversationId: string }) {
  const { noteNews } = useStore();
  const queries = useQueryClient();
  const mayWrite = useMay('operator');
  const found = useInfiniteQuery({
    queryKey: keyOf(id),
    queryFn: async ({ pageParam: cursor }) =>
      (await notesList({ ...calling, path: { id }, query: { limit, cursor } })).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
  });
  useEffect(
    () =>
      noteNews.subscribe(() => {
        if (noteNews.get()?.conversation_id === id) void queries.invalidateQueries({ queryKey: keyOf(id) });
      }),
    [noteNews, queries, id],
  );
  const notes = found.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <>
      {mayWrite && <NewNote conversationId={id} />}
      {found.error && <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />}
      <ul className="notes">
        {notes.map((note) => (
          <Note key={note.id} note={note} />
        ))}
      </ul>
      {found.hasNextPage && (
        <button type="button" className="plain" onClick={() => void found.fetchNextPage()}>
          {t('common.more')}
        </button>
      )}
    </>
  );
}

function NewNote({ conversationId: id }: { conversationId: string }) {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const add = useMutation({
    mutationFn: () => notesAdd({ ...calling, path: { id }, body: { text: text.trim() } }),
    onSuccess: () => {
      setText('');
      return queries.invalidateQueries({ queryKey: keyOf(id) });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (text.trim() !== '') add.mutate();
  };
  return (
    <form className="note-form" onSubmit={submit}>
      <textarea
        data-note
        dir="auto"
        rows={2}
        maxLength={maxLength}
        aria-label={t('notes.label')}
        placeholder={t('notes.placeholder')}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" disabled={add.isPending || text.trim() === ''}>
        {t('notes.add')}
      </button>
      {add.error && <ErrorNotice error={add.error} />}
    </form>
  );
}

function Note({ note }: { note: NoteView }) {
  const { actorId } = useStore();
  const queries = useQueryClient();
  const colleagues = useColleagues();
  const isOwner = useMay('owner');
  const [text, setText] = useState<string>();
  const path = { id: note.conversation_id, note_id: note.id };
  const after = {
    onSuccess: () => {
      setText(undefined);
      return queries.invalidateQueries({ queryKey: keyOf(note.conversation_id) });
    },
  };
  const change = useMutation({
    mutationFn: (next: string) => notesChange({ ...calling, path, body: { text: next } }),
    ...after,
  });
  const remove = useMutation({ mutationFn: () => notesRemove({ ...calling, path }), ...after });
  const error = change.error ?? remove.error;
  const isMine = note.author === actorId;
  return (
    <li className="note">
      <p className="quiet">
        <bdi>{colleagues.nameOf(note.author)}</bdi> · {dayAndTime(note.created_at)}
        {note.updated_at !== note.created_at && <> · {t('message.edited')}</>}
      </p>
      {text === undefined ? (
        <p dir="auto" className="note-text">
          {note.text}
        </p>
      ) : (
        <textarea
          dir="auto"
          rows={3}
          maxLength={maxLength}
          aria-label={t('notes.label')}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      )}
      {(isMine || isOwner) && (
        <div className="buttons">
          {text === undefined ? (
            <button type="button" className="plain" onClick={() => setText(note.text)}>
              {t('common.edit')}
            </button>
          ) : (
            <button type="button" className="plain" disabled={text.trim() === ''} onClick={() => change.mutate(text)}>
              {t('common.save')}
            </button>
          )}
          {text === undefined ? (
            <button type="button" className="plain" disabled={remove.isPending} onClick={() => remove.mutate()}>
              {t('common.delete')}
            </button>
          ) : (
            <button type="button" className="plain" onClick={() => setText(undefined)}>
              {t('common.cancel')}
            </button>
          )}
        </div>
      )}
      {error && <ErrorNotice error={error} />}
    </li>
  );
}
