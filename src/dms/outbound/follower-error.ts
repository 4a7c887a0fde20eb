import type { DmError } from '../dm.schema.js';

/** Why a part is not sent whose earlier part failed with this: a reply that was overtaken was so as a whole. */
export function followerError(earlier: DmError | undefined): DmError {
  if (earlier?.kind === 'superseded') return earlier;
  return { kind: 'earlier_part_failed', message: 'An earlier part of this reply was not sent.' };
}
