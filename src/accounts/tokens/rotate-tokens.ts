import { TokenCipherError } from '#libs/token-cipher';
import type { AccountCipher } from '../account-cipher.js';
import type { AccountTokensRepository, StoredEnvelope } from '../account-tokens.repository.js';

export interface RotationProgress {
  seen: number;
  rotated: number;
  /** Under the active key already: a run that was broken off goes on here quickly. */
  current: number;
  /** Replaced or wiped by the running server in between: new writes use the active key anyway. */
  overtaken: number;
  /** What could not be opened; those accounts must be connected again, or their key put back. */
  unreadable: { account_id: string; field: string; reason: string }[];
}

const batch = 200;

/**
 * Puts every stored token under the active key while the server runs. Safe to break off and to run again: each token
 * is swapped by a conditional write, and one that is done is skipped.
 */
export async function rotateTokens(
  tokens: AccountTokensRepository,
  cipher: AccountCipher,
  onProgress: (progress: RotationProgress) => void = () => undefined,
): Promise<RotationProgress> {
  const progress: RotationProgress = { seen: 0, rotated: 0, current: 0, overtaken: 0, unreadable: [] };
  let after: string | undefined;
  do {
    const { lastId, found } = await tokens.findEnvelopes(after, batch);
    for (const stored of found) await rotateOne(tokens, cipher, stored, progress);
    after = lastId;
    onProgress(progress);
  } while (after !== undefined);
  return progress;
}

async function rotateOne(
  tokens: AccountTokensRepository,
  cipher: AccountCipher,
  stored: StoredEnvelope,
  progress: RotationProgress,
): Promise<void> {
  progress.seen++;
  try {
    if (!cipher.needsRotation(stored.envelope)) {
      progress.current++;
      return;
    }
    const swapped = await tokens.replaceEnvelope(stored, cipher.reencrypt(stored.envelope, stored.id, stored.field));
    if (swapped) progress.rotated++;
    else progress.overtaken++;
  } catch (error) {
    if (!(error instanceof TokenCipherError)) throw error;
    progress.unreadable.push({ account_id: stored.id, field: stored.field, reason: error.message });
  }
}
