import { Injectable, type Provider, type Type } from '@nestjs/common';
import type { Collection } from 'mongoose';
import { AppConfig } from '../config/index.js';

/** Which documents MongoDB may delete, and by which of their times. */
export interface RetentionTarget {
  collection: Collection;
  /** Documents without this field stay. */
  field: string;
  /** Name of the index; `retention` when left out. */
  index?: string;
  /** Retention indexes of earlier versions, by name: they would go on deleting. */
  replaces?: readonly string[];
}

/** A repository whose documents MongoDB may delete after so many days. */
export interface Kept {
  retention(): RetentionTarget;
}

export interface Retention extends RetentionTarget {
  days: number;
}

/** What the rooms of this process want deleted when. Carried out together with the indexes, before work is taken. */
@Injectable()
export class RetentionService {
  readonly all: Retention[] = [];
}

/**
 * A provider that says how long to keep a repository's documents.
 * @param daysOf the setting; 0 keeps them for ever
 */
export function retentionOf(repository: Type<Kept>, daysOf: (config: AppConfig) => number): Provider {
  return {
    provide: `retention of ${repository.name}`,
    inject: [repository, AppConfig, RetentionService],
    useFactory: (kept: Kept, config: AppConfig, retentions: RetentionService): Retention => {
      const retention = { ...kept.retention(), days: daysOf(config) };
      retentions.all.push(retention);
      return retention;
    },
  };
}

/** Known by its name: a collection has one, and its length is a setting. */
export const retentionIndex = 'retention';
const dayS = 86_400;
const namespaceNotFound = 26;
const indexNotFound = 27;
const indexOptionsConflict = 85;

/** Whether the collection's indexes are as the retention wants them. */
export async function isInForce({ collection, field, index, replaces = [], days }: Retention): Promise<boolean> {
  const indexes = await collection.indexes().catch((error: unknown) => {
    unless(namespaceNotFound)(error);
    return [];
  });
  if (indexes.some(({ name }) => replaces.includes(String(name)))) return false;
  const own = indexes.find(({ name }) => name === (index ?? retentionIndex));
  if (days === 0) return own === undefined;
  return own !== undefined && field in own.key && Number(own['expireAfterSeconds']) === days * dayS;
}

/**
 * Lets MongoDB delete a collection's documents so many days after the time in `field`, also those that were written
 * under another setting. An index that exists keeps its old time unless it is changed expressly. What an earlier version
 * deleted by is dropped first.
 */
export async function keepFor({ collection, field, index, replaces = [], days }: Retention): Promise<void> {
  const name = index ?? retentionIndex;
  for (const old of days === 0 ? [...replaces, name] : replaces)
    await collection.dropIndex(old).then(() => undefined, unless(namespaceNotFound, indexNotFound));
  if (days === 0) return;
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
