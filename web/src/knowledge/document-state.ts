import type { KnowledgeDocumentView } from '../api/index.js';
import { plainDay, t } from '../i18n/index.js';

export interface DocumentState {
  text: string;
  urgency: 'good' | 'soon' | 'urgent' | 'quiet';
  /** A person has to decide. */
  waits: boolean;
}

const state = (text: string, urgency: DocumentState['urgency'], waits = false): DocumentState => ({
  text,
  urgency,
  waits,
});

/** What a document is to the agent now. `today`: such as `2026-10-01`, which compare as they read. */
export function stateOf(document: KnowledgeDocumentView, today: string): DocumentState {
  const { review, valid_from: from, valid_until: until } = document;
  if (document.draft) return state(t('knowledge.state.changed'), 'soon', true);
  if (document.state === 'pending') return state(t('knowledge.state.fetching'), 'quiet');
  if (document.state === 'empty') return state(t('knowledge.state.empty'), 'urgent');
  if (document.state === 'failed') return state(t('knowledge.state.failed'), 'urgent');
  if (review === 'pending') return state(t('knowledge.state.waits'), 'soon', true);
  if (review === 'rejected') return state(t('knowledge.state.rejected'), 'quiet');
  if (until !== undefined && until < today) return state(t('knowledge.state.over', { day: plainDay(until) }), 'quiet');
  if (from !== undefined && from > today) return state(t('knowledge.state.early', { day: plainDay(from) }), 'quiet');
  return state(t('knowledge.state.used'), 'good');
}

/** Today where the person is. */
export function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
