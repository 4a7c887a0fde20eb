import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { classifyGraphFailure, GraphClient, isGraphError, type GraphConversation } from '#libs/graph-api';
import {
  AccountDirectory,
  AccountHealth,
  AccountNotUsableError,
  AccountsRepository,
  ownIds,
  TokenVault,
  type AccountAccess,
  type AccountSummary,
  type BackfillProgress,
} from '../../accounts/index.js';
import { ConversationSync } from './conversation-sync.js';
import { SyncLimits } from './sync-limits.js';

const pageSize = 25;
/** Meta's list changes under our eyes, and its clock is not ours. */
const overlapMs = 10 * 60_000;
/** Tries without getting any further. */
const maxFailures = 10;

/**
 * Fetches an account's conversations through the Graph API: all of them the first time, afterwards those in which
 * something happened since the last complete run began. How far it came is kept on the account, so that a run that was
 * cut short goes on from there.
 */
@Injectable()
export class BackfillService {
  private readonly logger = new Logger(BackfillService.name);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly directory: AccountDirectory,
    private readonly vault: TokenVault,
    private readonly health: AccountHealth,
    private readonly graph: GraphClient,
    private readonly limits: SyncLimits,
    private readonly sync: ConversationSync,
    private readonly clock: Clock,
  ) {}

  /** @throws when Meta is in trouble or the signal aborts: run it again, it goes on */
  async run(accountId: string, signal: AbortSignal): Promise<void> {
    const [record, account] = await Promise.all([this.accounts.findById(accountId), this.directory.get(accountId)]);
    if (!record || !account || record.status !== 'active') return;
    const progress = this.begin(record.backfill);
    try {
      const access = await this.vault.accessFor(accountId);
      await this.save(accountId, progress);
      while (await this.page(account, access, progress, signal)) signal.throwIfAborted();
      Object.assign(progress, { state: 'done', finished_at: this.clock.date() });
      await this.save(accountId, progress);
      this.logger.log({ msg: 'backfill done', account_id: accountId, stored: progress.messages_stored });
    } catch (error) {
      if (await this.endsHere(accountId, progress, error)) return;
      throw error;
    }
  }

  private begin(before: BackfillProgress | undefined): BackfillProgress {
    if (before && before.state !== 'done') return { ...before, state: 'running', error: undefined };
    return {
      state: 'running',
      conversations_done: 0,
      messages_stored: 0,
      started_at: this.clock.date(),
      ...(before?.started_at ? { since: before.started_at } : {}),
    };
  }

  /** @returns whether there is another page */
  private async page(
    account: AccountSummary,
    access: AccountAccess,
    progress: BackfillProgress,
    signal: AbortSignal,
  ): Promise<boolean> {
    await this.limits.turn(account._id, signal);
    const page = await this.graph.getConversations(access, { limit: pageSize, after: progress.cursor, signal });
    let reachedKnown = false;
    for (const conversation of page.items) {
      reachedKnown = isOlder(conversation, progress.since);
      if (reachedKnown) break;
      const participant = participantOf(conversation, account);
      if (participant) {
        const thread = { id: conversation.id, participantId: participant.id, username: participant.username };
        progress.messages_stored += (await this.sync.syncThread(account, access, thread, signal)).stored;
      }
      progress.conversations_done += 1;
      progress.failures = 0;
      await this.save(account._id, progress);
    }
    progress.cursor = page.after;
    await this.save(account._id, progress);
    return !reachedKnown && page.after !== undefined;
  }

  /** @returns whether trying again is of no use */
  private async endsHere(accountId: string, progress: BackfillProgress, error: unknown): Promise<boolean> {
    if (error instanceof AccountNotUsableError) {
      await this.fail(accountId, progress, error.message);
      return true;
    }
    if (!isGraphError(error)) return false;
    const { kind } = classifyGraphFailure(error);
    if (kind === 'token_invalid') await this.health.markNeedsReauth(accountId, error.message);
    progress.failures = (progress.failures ?? 0) + 1;
    const forGood = kind === 'token_invalid' || kind === 'permission' || progress.failures >= maxFailures;
    if (forGood) await this.fail(accountId, progress, error.message);
    else await this.save(accountId, { ...progress, error: error.message });
    return forGood;
  }

  private async fail(accountId: string, progress: BackfillProgress, error: string): Promise<void> {
    await this.save(accountId, { ...progress, state: 'failed', failures: 0, error });
    this.logger.warn({ msg: 'backfill ended early', account_id: accountId, error });
  }

  private async save(accountId: string, progress: BackfillProgress): Promise<void> {
    await this.accounts.setBackfill(accountId, { ...progress, saved_at: this.clock.date() });
  }
}

function isOlder({ updatedAt }: GraphConversation, since: Date | undefined): boolean {
  return since !== undefined && updatedAt !== undefined && updatedAt < since.getTime() - overlapMs;
}

/** The one of them that is not the account itself. */
function participantOf({ participants }: GraphConversation, account: AccountSummary) {
  const own = ownIds(account);
  return participants.find(({ id, username }) => !own.has(id) && username !== account.username);
}
