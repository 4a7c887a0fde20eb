import type { OnApplicationBootstrap, Provider, Type } from '@nestjs/common';
import type { Collection } from 'mongoose';
import { AppConfig } from '../config/index.js';

/** A repository whose documents MongoDB may delete after so many days. */
export interface Kept {
  keepFor(days: number): Promise<void>;
}

/**
 * A provider that tells a repository at every start how long to keep its documents.
 * @param daysOf the setting; 0 keeps them for ever
 */
export function retentionOf(repository: Type<Kept>, daysOf: (config: AppConfig) => number): Provider {
  return {
    provide: `retention of ${repository.name}`,
    inject: [repository, AppConfig],
    useFactory: (kept: Kept, config: AppConfig): OnApplicationBootstrap => ({
      onApplicationBootstrap: () => kept.keepFor(daysOf(config)),
    }),
  };
}

/** Known by its name: a collection has one, and its length is a setting. */
const name = 'retention';
export { name as retentionIndex };
const dayS = 86_400;
const namespaceNotFound = 26;
const indexNotFound = 27;
const indexOptionsConflict = 85;

/**
 * Lets MongoDB delete a collection's documents so many days after the time in `field`, also those that were written
 * under another setting. An index that exists keeps its old time unless it is changed expressly.
 * @param days 0 keeps them for ever
 */
export async function keepFor(collection: Collection, field: string, days: number): Promise<void> {
  if (days === 0) return collection.dropIndex(name).then(() => undefined, unless(namespaceNotFound, indexNotFound));
  const expireAfterSeconds = days * dayS;
  try {
    await collection.createIndex({ [field]: 1 }, { name, expireAfterSeconds });
  } catch (error) {
    unless(indexOptionsConflict)(error);
    await collection.conn.db?.command({ collMod: collection.collectionName, index: { name, expireAfterSeconds } });
  }
}

function unless(...codes: number[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(Number((error as { code?: unknown }).code))) throw error;
  };
}
