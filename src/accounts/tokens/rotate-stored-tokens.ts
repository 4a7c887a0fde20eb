import { Secret } from '../../config/index.js';
import { AccountCipher } from '../account-cipher.js';
import { AccountTokensRepository } from '../account-tokens.repository.js';
import { rotateTokens, type RotationProgress } from './rotate-tokens.js';

export interface StoredTokensPlace {
  databaseUrl: string;
  databaseName: string;
  /** 32 bytes as base64 or hex, like ENCRYPTION_KEY. */
  activeKey: string;
  previousKeys: string[];
}

/** {@link rotateTokens} with a connection of its own, for a command beside the running server. */
export async function rotateStoredTokens(
  { databaseUrl, databaseName, activeKey, previousKeys }: StoredTokensPlace,
  onProgress?: (progress: RotationProgress) => void,
): Promise<RotationProgress> {
  const cipher = new AccountCipher({
    ENCRYPTION_KEY: new Secret(activeKey),
    ENCRYPTION_KEYS_PREVIOUS: previousKeys.map((key) => new Secret(key)),
  });
  const store = await AccountTokensRepository.open(databaseUrl, databaseName);
  try {
    return await rotateTokens(store.tokens, cipher, onProgress);
  } finally {
    await store.close();
  }
}
