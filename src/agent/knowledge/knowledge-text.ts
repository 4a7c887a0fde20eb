import { createHash } from 'node:crypto';
import { cleanText } from '../text/clean-text.js';
import type { KnowledgeDraft, KnowledgeState, KnowledgeWarning } from './knowledge-document.schema.js';
import { passagesOf, type Passage } from './passages.js';
import { warningsAbout } from './suspicious-text.js';

/** Longer texts are several documents. */
export const maxTextLength = 400_000;

export interface ReadText {
  text: string;
  content_hash: string;
  passages: Passage[];
  warnings: KnowledgeWarning[];
  state: KnowledgeState;
  reason?: string;
}

/** What becomes of a text that was read out of whatever its owner gave. */
export function readText(markdown: string): ReadText {
  const text = cleanText(markdown)
    .replace(/[^\S\n]+$/gm, '')
    .trim();
  if (text.length > maxTextLength) return { ...nothing, state: 'failed', reason: 'too_long' };
  const passages = passagesOf(text);
  if (passages.length === 0) return { ...nothing, state: 'empty', reason: 'no_text' };
  return {
    text,
    content_hash: hashOf(text),
    passages,
    warnings: warningsAbout(text),
    state: 'ready',
    reason: undefined,
  };
}

const nothing = { text: '', content_hash: '', passages: [], warnings: [] };

export function draftOf({ text, content_hash, warnings }: ReadText, at: Date): KnowledgeDraft {
  return { text, content_hash, warnings, at };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
