import { ConflictError } from '../../errors/index.js';

/** It answers what is not the latest any more, or is not there as it was read. */
export class SuggestionOutdatedError extends ConflictError {
  override readonly code = 'suggestion_outdated';
}
