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
  /** Those of other rooms. */
  others?: readonly SealedSecrets[];
}

export interface SealedSecret {
  /** What it is, for a person; never the secret. */
  what: string;
  envelope: string;
  context: string;
  /** Swaps it for an envelope of the same secret; `false` when it was replaced or wiped meanwhile. */
  replaceBy: (to: string) => Promise<boolean>;
}

/** Secrets that are stored sealed, in the order of the documents they stand in. */
export interface SealedSecrets {
  /** @returns those of so many documents after `afterId`, and the last of these; `undefined`: there are no more */
  findSealed(afterId: string | undefined, limit: number): Promise<{ lastId?: string; found: SealedSecret[] }>;
}

const batch = 200;

/**
 * Puts every stored token, the key by which erased people are recognised, and what other rooms keep sealed, under the
 * active key while the server runs. Safe to break off and to run again: each is swapped by a conditional write, and one that is done is skipped.
 */
export async function rotateTokens(
  { tokens, subjectKey, others = [] }: StoredSecrets,
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
  for (const secrets of [sealedTokens(tokens), ...others]) {
    let after: string | undefined;
    do {
      const { lastId, found } = await secrets.findSealed(after, batch);
      for (const sealed of found) await rotateOne(sealed, cipher, progress);
      after = lastId;
      onProgress(progress);
    } while (after !== undefined);
  }
  return progress;
}

function sealedTokens(tokens: AccountTokensRepository): SealedSecrets {
  return {
    findSealed: async (afterId, limit) => {
      const { lastId, found } = await tokens.findEnvelopes(afterId, limit);
      const sealed = found.map((stored) => {
        const { id, field, envelope } = stored;
        const replaceBy = (to: string) => tokens.replaceEnvelope(stored, to);
        return { what: `account ${id}, ${field}`, envelope, context: tokenContext(id, field), replaceBy };
      });
      return { lastId, found: sealed };
    },
  };
}

async function rotateOne(
  { what, envelope, context, replaceBy }: SealedSecret,
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
