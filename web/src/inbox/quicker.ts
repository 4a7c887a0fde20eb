import { useState } from 'react';
import { duration, t, useNow } from '../i18n/index.js';
import { useObservable } from '../ui/index.js';
import { useColleagues } from './colleagues.js';
import { useStore } from './store-context.js';

/**
 * Whether a colleague has answered since this text was begun: two answers to one question are worse than one. The first
 * try to send asks, the second one sends.
 */
export function useQuicker(conversationId: string, isWriting: boolean) {
  const store = useStore();
  const { messages } = useObservable(store.thread(conversationId).state);
  const colleagues = useColleagues();
  const [begunAt, setBegunAt] = useState(() => new Date().toISOString());
  const [known, setKnown] = useState<string>();
  const now = useNow();
  const theirs = isWriting
    ? messages.findLast(
        ({ sent_by: by, direction, sent_at: at }) =>
          direction === 'outbound' && by !== undefined && by !== store.actorId && at > begunAt,
      )
    : undefined;
  const isAsking = theirs !== undefined;
  return {
    sentence:
      theirs &&
      t(known === theirs.id ? 'quicker.sure' : 'quicker.answered', {
        name: colleagues.nameOf(theirs.sent_by ?? ''),
        time: duration(Math.max(1_000, now - Date.parse(theirs.sent_at))),
      }),
    /** The first letter of a text. */
    begin: (): void => setBegunAt(new Date().toISOString()),
    /** @returns whether to wait for a second word */
    ask(): boolean {
      if (!isAsking || known === theirs.id) return false;
      setKnown(theirs.id);
      return true;
    },
  };
}
