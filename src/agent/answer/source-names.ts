import { passageName } from '../context/context-builder.js';
import type { ReadAnswer } from './agent-answer.js';
import type { GroundedQuestion } from './reply-judge.service.js';

/** The passages that an answer names, by their own ids; what it named and was not shown is none. */
export function sourcesUsed({ sources }: ReadAnswer, { passages }: GroundedQuestion): string[] {
  return passages.filter((_, place) => sources.includes(passageName(place))).map(({ id }) => id);
}

/** What an answer names as its source and was not shown. */
export function unknownSources({ sources }: ReadAnswer, { passages, tools }: GroundedQuestion): string[] {
  const shown = new Set([...passages.map((_, place) => passageName(place)), ...(tools?.ids ?? [])]);
  return sources.filter((name) => !shown.has(name));
}
