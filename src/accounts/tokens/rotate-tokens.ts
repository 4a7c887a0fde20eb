import { TokenCipherError, type TokenCipher } from '#libs/token-cipher';
import { tokenContext } from '../account-cipher.service.js';
import type { AccountTokensRepository } from '../account-tokens.repository.js';
import { subjectKeyContext, type SubjectKeyRepository } from '../privacy/subject-key.repository.js';

export interface RotationProgress {
  seen: number;
  rotated: number;
  /** Under the active key already: a run that was broken off goes on here quickly. */
  current: number;
  /** Replaced or wiped by the running server in between: new writes use the active key anyway. */
  overtaken: number;
  /** What could not be opened; its key must be put back, or an account be connected again. */
  unreadable: { what: string; reason: string }[];
}

export interface StoredSecrets {
  tokens: AccountTokensRepository;
  subjectKey: SubjectKeyRepository;
}

interface Envelope {
  what: string;
  envelope: string;
  context: string;
  replaceBy: (to: string) => Promise<boolean>;
}

const batch = 200;

/**
 * Puts every stored token, and the key by which erased people are recognised, under the active key while the server
 * runs. Safe to break off and to run again: each is swapped by a conditional write, and one that is done is skipped.
 */
export async function rotateTokens(
  { tokens, subjectKey }: StoredSecrets,
  cipher: TokenCipher,
  onProgress: (progress: RotationProgress) => void = () => undefined,
): Promise<RotationProgress> {
  const progress: RotationProgress = { seen: 0, rotated: 0, current: 0, overtaken: 0, unreadable: [] };
  const kept = await subjectKey.find();
  if (kept !== undefined) {
    const what = 'the key by which erased people are recognised';
    const replaceBy = (to: string) => subjectKey.replace(kept, to);
    await rotateOne({ what, envelope: kept, context: subjectKeyContext, replaceBy }, cipher, progress);
  }
  let after: string | undefined;
  do {
    const { lastId, found } = await tokens.findEnvelopes(after, batch);
    for (const stored of found) {
      const { id, field, envelope } = stored;
      const replaceBy = (to: string) => tokens.replaceEnvelope(stored, to);
      const place = { what: `account ${id}, ${field}`, envelope, context: tokenContext(id, field), replaceBy };
      await rotateOne(place, cipher, progress);
    }
    after = lastId;
    onProgress(progress);
  } while (after !== undefined);
  return progress;
}

async function rotateOne(
  { what, envelope, context, replaceBy }: Envelope,
  cipher: TokenCipher,
  progress: RotationProgress,
): Promise<void> {
  progress.seen++;
  try {
    if (!cipher.needsRotation(envelope)) {
      progress.current++;
      return;
    }
    if (await replaceBy(cipher.reencrypt(envelope, context))) progress.rotated++;
    else progress.overtaken++;
  } catch (error) {
    if (!(error instanceof TokenCipherError)) throw error;
    progress.unreadable.push({ what, reason: error.message });
  }
}
