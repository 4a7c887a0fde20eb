import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { calling, commentsList, dmsPrivateReply, type CommentView } from '../api/index.js';
import { dayAndTime, t } from '../i18n/index.js';
import { Empty, ErrorNotice } from '../ui/index.js';

const limit = 50;

export function CommentsPage() {
  const comments = useInfiniteQuery({
    queryKey: ['comments'],
    queryFn: async ({ pageParam: cursor }) => (await commentsList({ ...calling, query: { limit, cursor } })).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor: next }) => next ?? undefined,
  });
  const all = comments.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <div className="page">
      <h1>{t('comments.title')}</h1>
      {comments.error && <ErrorNotice error={comments.error} onRetry={() => void comments.refetch()} />}
      {comments.isSuccess && all.length === 0 && <Empty>{t('comments.empty')}</Empty>}
      <div className="cards">
        {all.map((comment) => (
          <Comment key={comment.id} comment={comment} />
        ))}
      </div>
      {comments.hasNextPage && (
        <button type="button" onClick={() => void comments.fetchNextPage()}>
          {t('common.more')}
        </button>
      )}
    </div>
  );
}

function Comment({ comment }: { comment: CommentView }) {
  const [text, setText] = useState('');
  // One key for all tries of this answer: Meta takes one private reply.
  const [key] = useState(() => crypto.randomUUID());
  const send = useMutation({
    mutationFn: () =>
      dmsPrivateReply({
        ...calling,
        headers: { 'Idempotency-Key': key },
        body: {
          comment_id: comment.comment_id ?? '',
          platform_account_id: comment.platform_account_id,
          message_text: text,
        },
      }),
  });
  const author = comment.from_username ?? t('comments.someone');
  return (
    <article className="card form" aria-label={author}>
      <p>
        <strong dir="auto">{author}</strong>{' '}
        <time className="quiet" dateTime={comment.commented_at}>
          {dayAndTime(comment.commented_at)}
        </time>
      </p>
      <p dir="auto">{comment.text}</p>
      {comment.comment_id && !send.isSuccess && (
        <>
          <textarea
            rows={2}
            dir="auto"
            aria-label={`${t('comments.reply')}: ${author}`}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <button type="button" disabled={text.trim() === '' || send.isPending} onClick={() => send.mutate()}>
            {t('comments.reply')}
          </button>
        </>
      )}
      {send.isSuccess && <p role="status">{t('comments.replied')}</p>}
      {send.error && <ErrorNotice error={send.error} />}
    </article>
  );
}
