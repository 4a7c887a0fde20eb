import type { DeadLetter } from '../queue/index.js';
import type { DeadLetterView } from './admin.dto.js';

const dayMs = 86_400_000;

/**
 * A letter as admins see it: with the day on which it goes, so that none that still has to be decided vanishes unforeseen.
 * @param keptDays 0: for ever
 */
export function deadLetterView(letter: DeadLetter, keptDays: number): DeadLetterView {
  return keptDays === 0 ? letter : { ...letter, kept_until: new Date(letter.updated_at.getTime() + keptDays * dayMs) };
}
