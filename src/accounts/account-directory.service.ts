import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { AccountChangesService } from './account-changes.service.js';
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
    private readonly accounts: AccountsRepository,
    private readonly changes: AccountChangesService,
  ) {
    changes.onChange((change) => {
      this.generation++;
      if (change === 'everything') this.entries.clear();
      else for (const id of [change.account_id, ...change.meta_ids]) this.entries.delete(id);
    });
  }

  /**
   * The live accounts that Meta means by these ids, professional, app-scoped or the Page's, by the id asked for. Ids of accounts
   * that are not connected here are not in the map.
   */
  async findByIgIds(ids: string[]): Promise<Map<string, AccountSummary>> {
    const found = new Map<string, AccountSummary>();
    const missing = new Set<string>();
    for (const id of ids) {
      const entry = this.fresh(id);
      if (!entry) missing.add(id);
      else if (entry.account) found.set(id, entry.account);
    }
    if (missing.size === 0) return found;
    const generation = this.generation;
    const records = await this.accounts.findLiveByMetaIds([...missing]);
    const byId = new Map<string, AccountSummary>();
    for (const record of records) {
      const summary = summaryOf(record);
      for (const other of [summary.page_id, summary.app_scoped_id]) if (other !== undefined) byId.set(other, summary);
    }
    for (const record of records) byId.set(record.instagram_data.ig_id, summaryOf(record));
    for (const id of missing) {
      const account = byId.get(id) ?? null;
      if (account) found.set(id, account);
      this.keep(id, account, generation);
    }
    return found;
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
