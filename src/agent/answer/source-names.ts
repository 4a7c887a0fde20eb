import { passageName } from '../context/context-builder.js';
import type { ReadAnswer } from './agent-answer.js';
import type { GroundedQuestion } from './reply-judge.service.js';

const looksLikePassage = /^k\d+$/;

/** The passages that an answer names, by their own ids. */
export function sourcesUsed({ sources }: ReadAnswer, { passages }: GroundedQuestion): string[] {
  return passages.filter((_, place) => sources.includes(passageName(place))).map(({ id }) => id);
}

/** Passages that an answer names and was not shown. Whatever else it calls its source counts for nothing. */
export function inventedSources(
  { sources }: ReadAnswer,
  { passages, tools }: Pick<GroundedQuestion, 'passages' | 'tools'>,
): string[] {
  const shown = new Set([...passages.map((_, place) => passageName(place)), ...(tools?.ids ?? [])]);
  return sources.filter((name) => looksLikePassage.test(name) && !shown.has(name));
}
