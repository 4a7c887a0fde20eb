import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { classifyGraphFailure, isGraphError } from '#libs/graph-api';
import {
  AccountDirectoryService,
  AccountHealthService,
  AccountNotUsableError,
  AccountsRepository,
  AlertsService,
  ownIds,
  TokenVaultService,
  type AccountAccess,
  type AccountSummary,
  type BackfillProgress,
} from '../../accounts/index.js';
import { ChannelsService, type ChannelThread } from '../../channels/index.js';
import { ConversationSyncService } from './conversation-sync.service.js';
import { SyncLimitsService } from './sync-limits.service.js';

const pageSize = 25;
/** Meta's list changes under our eyes, and its clock is not ours. */
const overlapMs = 10 * 60_000;
/** Tries without getting on to another page, in a few hours. */
const maxFailures = 10;
/** Of one conversation; then it is left out, so that those behind it are fetched. */
const maxThreadFailures = 3;
/** As many are named on the account. */
const mostNamed = 20;
const minuteMs = 60_000;
const maxPauseMs = 30 * minuteMs;

/** Somebody has asked for the account's backfill anew. */
class AskedAnewError extends Error {
  override readonly name = 'AskedAnewError';
}

/** One run, and the state that the store is in as far as it knows. */
interface Run {
  accountId: string;
  progress: BackfillProgress;
  seen: BackfillProgress['state'] | null;
}

/**
 * Fetches an account's conversations through the Graph API: all of them the first time, afterwards those in which
 * something happened since the last complete run began. How far it came is kept on the account, so that a run that was
 * cut short goes on from there. Whoever asks for one while it runs makes it start again: every save is conditional.
 */
@Injectable()
export class BackfillService {
  private readonly logger = new Logger(BackfillService.name);

  constructor(
    private readonly accounts: AccountsRepository,
    private readonly directory: AccountDirectoryService,
    private readonly vault: TokenVaultService,
    private readonly health: AccountHealthService,
    private readonly channels: ChannelsService,
    private readonly limits: SyncLimitsService,
    private readonly sync: ConversationSyncService,
    private readonly alerts: AlertsService,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns in how many ms to run it again, when Meta is in trouble
   * @throws what is no answer of Meta's, and when the signal aborts: run it again, it goes on
   */
  async run(accountId: string, signal: AbortSignal): Promise<number | undefined> {
    const [record, account] = await Promise.all([this.accounts.findById(accountId), this.directory.get(accountId)]);
    if (!record || !account || record.status !== 'active') return undefined;
    const run: Run = { accountId, progress: this.begin(record.backfill), seen: record.backfill?.state ?? null };
    try {
      const access = await this.vault.accessFor(accountId);
      await this.save(run);
      while (await this.page(account, access, run, signal)) signal.throwIfAborted();
      Object.assign(run.progress, { state: 'done', finished_at: this.clock.date() });
      await this.save(run);
    } catch (error) {
      if (error instanceof AskedAnewError) return this.run(accountId, signal);
      return this.afterFailure(run, error, signal);
    }
    await this.alerts.clear('backfill_failed', accountId);
    this.logger.log({ msg: 'backfill done', account_id: accountId, stored: run.progress.messages_stored });
    return undefined;
  }

  /** Whether somebody has asked for it and nobody has begun. */
  async isWanted(accountId: string): Promise<boolean> {
    const record = await this.accounts.findById(accountId);
    return record?.status === 'active' && record.backfill?.state === 'queued';
  }

  private begin(before: BackfillProgress | undefined): BackfillProgress {
    if (before?.state === 'running' || before?.state === 'failed')
      return { ...before, state: 'running', error: undefined };
    // Of a run that did not end, what it was to fetch is still to be fetched.
    const since = before?.finished_at ? before.started_at : before?.since;
    return {
      state: 'running',
      conversations_done: 0,
      messages_stored: 0,
      started_at: this.clock.date(),
      ...(since ? { since } : {}),
    };
  }

  /** @returns whether there is another page */
  private async page(account: AccountSummary, access: AccountAccess, run: Run, signal: AbortSignal): Promise<boolean> {
    const { progress } = run;
    const { history } = this.channels.get(access.channel);
    // A channel that shows no past has none to fetch.
    if (!history) return false;
    await this.limits.waitForSlot(account._id, signal);
    const page = await history.threads(access, { limit: pageSize, after: progress.cursor, signal });
    let reachedKnown = false;
    for (const conversation of page.items) {
      reachedKnown = isOlder(conversation, progress.since);
      if (reachedKnown) break;
      await this.thread(account, access, run, conversation, signal);
      await this.save(run);
    }
    progress.conversations_done += page.items.length;
    // A cursor that stands still shows the same page for ever.
    const hasNext = page.after !== undefined && page.after !== progress.cursor;
    progress.cursor = page.after;
    // Only now is it further than before: a run that was cut short begins the page again.
    progress.failures = 0;
    await this.save(run);
    return !reachedKnown && hasNext;
  }

  /** What Meta does not show of one conversation must not keep it from showing the others. */
  private async thread(
    account: AccountSummary,
    access: AccountAccess,
    { progress }: Run,
    conversation: ChannelThread,
    signal: AbortSignal,
  ): Promise<void> {
    const { id } = conversation;
    const participant = participantOf(conversation, account);
    if (!participant || progress.skipped?.some(({ conversation_id: known }) => known === id)) return;
    try {
      const thread = { id, participantId: participant.id, username: participant.username };
      progress.messages_stored += (await this.sync.syncThread(account, access, thread, signal)).stored;
      if (progress.failing?.conversation_id === id) delete progress.failing;
    } catch (error) {
      if (signal.aborted || !isGraphError(error)) throw error;
      const { kind } = classifyGraphFailure(error);
      if (kind === 'token_invalid' || kind === 'rate_limited' || kind === 'not_reached') throw error;
      const before = progress.failing?.conversation_id === id ? progress.failing.failures : 0;
      progress.failing = { conversation_id: id, failures: before + 1 };
      const isFinal = kind === 'permission' || kind === 'bad_request' || kind === 'no_recipient';
      if (!isFinal && before + 1 < maxThreadFailures) throw error;
      delete progress.failing;
      progress.conversations_skipped = (progress.conversations_skipped ?? 0) + 1;
      const named = [...(progress.skipped ?? []), { conversation_id: id, error: error.message }];
      // The latest, because they are the ones that this page would meet again.
      progress.skipped = named.slice(-mostNamed);
      this.logger.warn({ msg: 'a conversation is left out of the backfill', account_id: account._id, err: error });
    }
  }

  /** @returns in how many ms to go on; `undefined` when trying again is of no use */
  private async afterFailure(run: Run, error: unknown, signal: AbortSignal): Promise<number | undefined> {
    // What an owner who connects again mends needs no alert of its own.
    if (error instanceof AccountNotUsableError) return this.end(run, error.message);
    if (signal.aborted || !isGraphError(error)) throw error;
    const { accountId, progress } = run;
    const { kind, retryAfterMs = 0 } = classifyGraphFailure(error);
    if (kind === 'token_invalid') {
      await this.health.markNeedsReauth(accountId, error.message);
      return this.end(run, error.message);
    }
    // A limit is no failure: it says when to come again.
    if (kind !== 'rate_limited') progress.failures = (progress.failures ?? 0) + 1;
    const { failures = 0 } = progress;
    if (kind === 'permission' || failures >= maxFailures) {
      await this.end(run, error.message);
      const text = `Past messages could not be fetched: ${error.message}. Connect the account again to have it tried again.`;
      await this.alerts.raise('backfill_failed', { account_id: accountId, text });
      return undefined;
    }
    const pauseMs = Math.max(retryAfterMs, Math.min(maxPauseMs, minuteMs * 2 ** failures));
    progress.error = error.message;
    await this.saveUnlessAsked(run, pauseMs);
    return pauseMs;
  }

  private async end(run: Run, error: string): Promise<undefined> {
    Object.assign(run.progress, { state: 'failed', failures: 0, error });
    await this.saveUnlessAsked(run);
    this.logger.warn({ msg: 'backfill ended early', account_id: run.accountId, error });
  }

  /** @throws {AskedAnewError} */
  private async save(run: Run): Promise<void> {
    if (!(await this.saveUnlessAsked(run))) throw new AskedAnewError();
  }

  /** @param restMs the sweep does not take it for silent before */
  private async saveUnlessAsked(run: Run, restMs = 0): Promise<boolean> {
    const savedAt = new Date(this.clock.now() + restMs);
    const saved = await this.accounts.saveBackfill(run.accountId, run.seen, { ...run.progress, saved_at: savedAt });
    if (saved) run.seen = run.progress.state;
    return saved;
  }
}

function isOlder({ updatedAt }: ChannelThread, since: Date | undefined): boolean {
  return since !== undefined && updatedAt !== undefined && updatedAt < since.getTime() - overlapMs;
}

/** The one of them that is not the account itself. */
function participantOf({ participants }: ChannelThread, account: AccountSummary) {
  const own = ownIds(account);
  return participants.find(({ id, username }) => !own.has(id) && username !== account.username);
}
