import mongoose, { type Connection } from 'mongoose';
import { Secret } from '../../config/index.js';
import { configuredCipher } from '../account-cipher.service.js';
import { AccountTokensRepository } from '../account-tokens.repository.js';
import { SubjectKeyRepository } from '../privacy/subject-key.repository.js';
import { rotateTokens, type RotationProgress, type SealedSecrets } from './rotate-tokens.js';

export interface StoredTokensPlace {
  databaseUrl: string;
  databaseName: string;
  /** 32 bytes as base64 or hex, like ENCRYPTION_KEY. */
  activeKey: string;
  previousKeys: string[];
}

/**
 * {@link rotateTokens} with a connection of its own, for a command beside the running server.
 * @param others where other rooms keep secrets
 */
export async function rotateStoredTokens(
  { databaseUrl, databaseName, activeKey, previousKeys }: StoredTokensPlace,
  onProgress?: (progress: RotationProgress) => void,
  others: readonly ((connection: Connection) => SealedSecrets)[] = [],
): Promise<RotationProgress> {
  const cipher = configuredCipher({
    ENCRYPTION_KEY: new Secret(activeKey),
    ENCRYPTION_KEYS_PREVIOUS: previousKeys.map((key) => new Secret(key)),
  });
  const connection = await mongoose
    .createConnection(databaseUrl, { dbName: databaseName, serverSelectionTimeoutMS: 5_000, autoIndex: false })
    .asPromise();
  const secrets = {
    tokens: AccountTokensRepository.over(connection),
    subjectKey: SubjectKeyRepository.over(connection),
    others: others.map((over) => over(connection)),
  };
  try {
    return await rotateTokens(secrets, cipher, onProgress);
  } finally {
    await connection.close();
  }
}
