import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChannelsService, type Channel } from '../channels/index.js';
import { AccountChangesService, type AccountChange } from './account-changes.service.js';
import { summaryOf, type AccountSummary } from './account-summary.js';
import { AccountsRepository } from './accounts.repository.js';

const keptMs = 10 * 60_000;
/** Meta redelivers while an account is being connected: a "no" must not outlive the connecting by much. */
const keptMissingMs = 1_000;
/** While other processes' changes don't reach us. */
const keptUnheardMs = 2_000;

interface Entry {
  account: AccountSummary | null;
  readAt: number;
}

/**
 * Finds accounts by any of their ids, from memory when it can: every webhook asks. Entries live ten minutes at most
 * and are dropped on change, on every process.
 */
@Injectable()
export class AccountDirectoryService {
  private readonly entries = new LRUCache<string, Entry>({ max: 20_000 });
  /** Grows with every change heard of: what was read from MongoDB before it must not be kept after it. */
  private generation = 0;

  constructor(
    private readonly channels: ChannelsService,
    private readonly accounts: AccountsRepository,
    private readonly changes: AccountChangesService,
  ) {
    changes.onChange((change) => {
      this.generation++;
      if (change === 'everything') this.entries.clear();
      else this.drop(change);
    });
  }

  /**
   * The live accounts that a channel means by these ids, by the id asked for: their own, for Meta's channels app-scoped
   * or their Page's. Ids of accounts that are not connected here are not in the map.
   */
  async findByChannelIds(channel: Channel, ids: string[]): Promise<Map<string, AccountSummary>> {
    const found = new Map<string, AccountSummary>();
    const missing = new Set<string>();
    for (const id of ids) {
      const entry = this.fresh(keyOf(channel, id));
      if (!entry) missing.add(id);
      else if (entry.account) found.set(id, entry.account);
    }
    if (missing.size === 0) return found;
    const generation = this.generation;
    const records = await this.accounts.findLiveByChannelIds(this.channels.get(channel), [...missing]);
    const byId = new Map<string, AccountSummary>();
    for (const record of records) {
      const summary = summaryOf(record);
      for (const other of [summary.page_id, summary.app_scoped_id]) if (other !== undefined) byId.set(other, summary);
    }
    for (const record of records) byId.set(record.external_id, summaryOf(record));
    for (const id of missing) {
      const account = byId.get(id) ?? null;
      if (account) found.set(id, account);
      this.keep(keyOf(channel, id), account, generation);
    }
    return found;
  }

  /** As {@link findByChannelIds}, where nobody told whose ids they are; of several channels' accounts the first's. */
  async findInAnyChannel(ids: string[]): Promise<Map<string, AccountSummary>> {
    const found = await Promise.all(this.channels.all.map(({ channel }) => this.findByChannelIds(channel, ids)));
    return new Map(found.reverse().flatMap((accounts) => [...accounts]));
  }

  /** By our own id, released and disabled ones too; `null` when there is none. */
  async get(accountId: string): Promise<AccountSummary | null> {
    const entry = this.fresh(accountId);
    if (entry) return entry.account;
    const generation = this.generation;
    const record = await this.accounts.findById(accountId);
    const account = record && summaryOf(record);
    this.keep(accountId, account, generation);
    return account;
  }

  private drop({ account_id: accountId, meta_ids: ids }: AccountChange): void {
    this.entries.delete(accountId);
    for (const { channel } of this.channels.all) for (const id of ids) this.entries.delete(keyOf(channel, id));
  }

  private fresh(id: string): Entry | undefined {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    const limitMs = entry.account === null ? keptMissingMs : this.changes.isListening ? keptMs : keptUnheardMs;
    return performance.now() - entry.readAt < limitMs ? entry : undefined;
  }

  private keep(id: string, account: AccountSummary | null, generation: number): void {
    if (generation === this.generation) this.entries.set(id, { account, readAt: performance.now() });
  }
}

/** Another channel may have the same id for something else. */
function keyOf(channel: Channel, id: string): string {
  return `${channel}\n${id}`;
}
