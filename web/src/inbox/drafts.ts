import { Observable } from '../ui/observable.js';

const prefix = 'draft:';
const drafts = new Map<string, Observable<string>>();

/** What somebody began to write in a conversation: of the conversation, not of a page; the same in every tab. */
export function draftOf(conversationId: string): Observable<string> {
  let draft = drafts.get(conversationId);
  if (!draft) {
    draft = new Observable(localStorage.getItem(prefix + conversationId) ?? '');
    drafts.set(conversationId, draft);
  }
  return draft;
}

export function saveDraft(conversationId: string, text: string): void {
  if (text === '') localStorage.removeItem(prefix + conversationId);
  else localStorage.setItem(prefix + conversationId, text);
  draftOf(conversationId).set(text);
}

window.addEventListener('storage', ({ key, newValue }) => {
  if (key?.startsWith(prefix)) drafts.get(key.slice(prefix.length))?.set(newValue ?? '');
});
