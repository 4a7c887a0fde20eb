import { Injectable, type Provider, type Type } from '@nestjs/common';
import type { Collection } from 'mongoose';

/** What an earlier version wrote otherwise than this one reads it. */
export interface Upgrade {
  /** What is true afterwards. */
  name: string;
  collection: Collection;
  /** Indexes that would refuse what this version writes; they go once their successors are built. */
  obsoleteIndexes: readonly string[];
  isDue(): Promise<boolean>;
  /** Safe to run again, and beside another process that runs it. */
  run(): Promise<void>;
}

/** A repository whose documents an earlier version wrote otherwise. */
export interface Upgradable {
  upgrade(): Upgrade;
}

/** What the rooms of this process want upgraded. Carried out before the indexes are built, before work is taken. */
@Injectable()
export class UpgradesService {
  readonly all: Upgrade[] = [];

  /** Brings documents up to date. */
  async run(): Promise<void> {
    for (const upgrade of this.all) if (await upgrade.isDue()) await upgrade.run();
  }

  /** The upgrades that still have documents or indexes of an earlier version before them. */
  async due(): Promise<Upgrade[]> {
    const due = await Promise.all(
      this.all.map(async (upgrade) => (await upgrade.isDue()) || (await obsoleteOf(upgrade)).length > 0),
    );
    return this.all.filter((_upgrade, index) => due[index]);
  }

  async dropObsoleteIndexes(): Promise<void> {
    for (const upgrade of this.all)
      for (const name of await obsoleteOf(upgrade))
        // Another process that starts now may have dropped it.
        await upgrade.collection.dropIndex(name).catch(unless(indexNotFound));
  }
}

/** A provider that has a repository's documents upgraded. */
export function upgradeOf(repository: Type<Upgradable>): Provider {
  return {
    provide: `upgrade of ${repository.name}`,
    inject: [repository, UpgradesService],
    useFactory: (upgradable: Upgradable, upgrades: UpgradesService): Upgrade => {
      const upgrade = upgradable.upgrade();
      upgrades.all.push(upgrade);
      return upgrade;
    },
  };
}

const namespaceNotFound = 26;
const indexNotFound = 27;

async function obsoleteOf({ collection, obsoleteIndexes }: Upgrade): Promise<string[]> {
  const indexes = await collection.indexes().catch((error: unknown) => {
    unless(namespaceNotFound)(error);
    return [];
  });
  return indexes.flatMap(({ name }) => (name !== undefined && obsoleteIndexes.includes(name) ? [name] : []));
}

function unless(...codes: number[]): (error: unknown) => void {
  return (error) => {
    if (!codes.includes(Number((error as { code?: unknown }).code))) throw error;
  };
}
