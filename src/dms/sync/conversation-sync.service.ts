import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { GraphApiError, type GraphMessage } from '#libs/graph-api';
import {
  AccountsRepository,
  AccountDirectoryService,
  AccountNotUsableError,
  ownIds,
  PrivacyService,
  TokenVaultService,
  type AccountAccess,
  type AccountSummary,
} from '../../accounts/index.js';
import { ChannelsService, type ChannelHistory } from '../../channels/index.js';
import { AppConfig } from '../../config/index.js';
import { conversationIdOf, ConversationsRepository, type Conversation } from '../../conversations/index.js';
import { ContendedError } from '../../database/index.js';
import { JobQueueService } from '../../queue/index.js';
import { DmsRepository } from '../dms.repository.js';
import type { IngestItem } from '../ingest/ingest-batch.js';
import { IngestService, type IngestOutcome } from '../ingest/ingest.service.js';
import { partyOf } from '../ingest/reduce-dm.js';
import { SyncLimitsService } from './sync-limits.service.js';
import { hasContent, syncedEvent, syncedReactions } from './synced-event.js';
import { missingIn, type Listed, type Missing } from './timeline.js';

/** As many of a conversation's messages as Meta tells the content of. */
const detailed = 20;
const dayMs = 86_400_000;

export interface SyncResult {
  /** Messages that were missing here and are stored now. */
  stored: number;
  /** Whether Meta knows the conversation at all. */
  found: boolean;
}

/** A conversation as Meta has it. */
export interface Thread {
  id: string;
  participantId: string;
  username?: string;
}

/**
 * Fetches what did not arrive by webhook. What it stores is marked `sync`, never wakes the agent, and doubles nothing:
 * mids are unique, and what was deleted here for good stays deleted. A webhook that only comes later makes it `webhook`
 * and wakes the agent after all.
 */
@Injectable()
export class ConversationSyncService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly limits: SyncLimitsService,
    private readonly accounts: AccountsRepository,
    private readonly directory: AccountDirectoryService,
    private readonly vault: TokenVaultService,
    private readonly conversations: ConversationsRepository,
    private readonly dms: DmsRepository,
    private readonly privacy: PrivacyService,
    private readonly ingest: IngestService,
    private readonly queue: JobQueueService,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /**
   * Fills the gaps of one conversation.
   * @throws {AccountNotUsableError | GraphApiError | GraphCallError}
   */
  async syncConversation(conversation: Conversation, signal?: AbortSignal): Promise<SyncResult> {
    const { platform_account_id: accountId, participant_id: participantId } = conversation;
    const account = await this.directory.get(accountId);
    if (!account) throw new AccountNotUsableError('account_disabled', accountId);
    const access = await this.vault.accessFor(accountId);
    const history = this.historyOf(access);
    if (!history) return { stored: 0, found: false };
    await this.limits.waitForSlot(accountId, signal);
    const thread = await history.threadWith(access, participantId, { signal });
    if (!thread) return { stored: 0, found: false };
    const username = thread.participants.find(({ id }) => id === participantId)?.username;
    return this.syncThread(account, access, { id: thread.id, participantId, username }, signal);
  }

  /** The same for a conversation that Meta listed. */
  async syncThread(
    account: AccountSummary,
    access: AccountAccess,
    thread: Thread,
    signal?: AbortSignal,
  ): Promise<SyncResult> {
    const listed = await this.listMessages(account, access, thread, signal);
    const missing = await this.missingOf(account, thread, listed);
    const stored = missing.length > 0 ? await this.store(account, thread, missing) : 0;
    const conversationId = conversationIdOf(account._id, thread.participantId);
    await this.conversations.noteThread(conversationId, { externalId: thread.id, username: thread.username });
    return { stored, found: true };
  }

  /** Page by page, newest first, until everything on a page is known or Meta tells no content any more. */
  private async listMessages(
    account: AccountSummary,
    access: AccountAccess,
    thread: Thread,
    signal?: AbortSignal,
  ): Promise<Listed[]> {
    const listed: Listed[] = [];
    const history = this.historyOf(access);
    if (!history) return listed;
    let after: string | undefined;
    do {
      await this.limits.waitForSlot(account._id, signal);
      const page = await history.messages(access, thread.id, { limit: detailed, after, signal });
      const ids = page.items.map(({ id }) => id);
      const known = await this.dms.timesOf(account._id, ids);
      let told = 0;
      for (const message of page.items) {
        const knownAt = known.get(message.id);
        const ask = knownAt === undefined && !hasContent(message) && listed.length < detailed;
        const full = ask ? await this.detailOf(account, access, message, signal) : message;
        if (knownAt === undefined && hasContent(full)) told++;
        listed.push({ message: full, knownAt });
      }
      after = told > 0 ? page.after : undefined;
    } while (after !== undefined);
    return listed;
  }

  /** Absent on a channel that shows no past: nothing can be missing then. */
  private historyOf({ channel }: AccountAccess): ChannelHistory | undefined {
    return this.channels.get(channel).history;
  }

  /** Some answers list ids alone; each message then has to be asked for. */
  private async detailOf(
    account: AccountSummary,
    access: AccountAccess,
    message: GraphMessage,
    signal?: AbortSignal,
  ): Promise<GraphMessage> {
    await this.limits.waitForSlot(account._id, signal);
    try {
      return (await this.historyOf(access)?.message(access, message.id, { signal })) ?? message;
    } catch (error) {
      // Unsent meanwhile, or not among the newest any more: Meta has nothing to tell of it.
      if (error instanceof GraphApiError && error.code === 100) return message;
      throw error;
    }
  }

  /** From before the account was connected, only what may still be answered is unread. */
  private async missingOf(account: AccountSummary, thread: Thread, listed: Listed[]): Promise<Missing[]> {
    const now = this.clock.now();
    const connectedAt = (await this.accounts.findById(account._id))?.connected_at.getTime() ?? now;
    const days = this.config.DM_RETENTION_DAYS;
    // What is older than the retention would be removed again.
    const keptSince = days === undefined ? 0 : now - days * dayMs;
    const missing = missingIn(listed, account, connectedAt - dayMs).filter(({ at }) => at >= keptSince);
    if (missing.length === 0) return missing;
    const erasedAt = (await this.privacy.erasedAt(thread.participantId))?.getTime();
    return erasedAt === undefined ? missing : missing.filter(({ at }) => at > erasedAt);
  }

  /** @returns how many are there now: what was deleted for good stays away */
  private async store(account: AccountSummary, thread: Thread, missing: Missing[]): Promise<number> {
    const told = missing.flatMap(({ message, at, unread }) =>
      [
        syncedEvent(message, account, thread.participantId),
        ...syncedReactions(message, account, thread.participantId),
      ].map((event) => ({ event: { ...event, timestamp: at }, unread })),
    );
    const items = told.map(({ event, unread }): IngestItem => ({
      event,
      quietMs: 0,
      pauseAfterHumanMs: 0,
      ownAppIds: new Set(),
      context: {
        account: partyOf(account),
        ownIds: ownIds(account),
        conversationId: conversationIdOf(account._id, thread.participantId),
        participantId: thread.participantId,
        source: 'sync',
        keepMedia: account.keep_media,
        alreadyRead: !unread,
        now: this.clock.date(),
      },
    }));
    // Meta takes its time: an account that was given back meanwhile, perhaps to be erased, gets nothing any more.
    const record = await this.accounts.findById(account._id);
    if (!record || record.released) throw new AccountNotUsableError('account_disabled', account._id);
    const outcome = await this.ingest.store(items);
    if (outcome.held.size > 0) throw new ContendedError();
    await this.enqueueFollowUps(outcome);
    const mids = missing.map(({ message }) => message.id);
    return (await this.dms.timesOf(account._id, mids)).size;
  }

  private async enqueueFollowUps(outcome: IngestOutcome): Promise<void> {
    for (const id of outcome.created) await this.queue.add('fetch-profile', { conversation_id: id });
    for (const dm of outcome.toCopy) await this.queue.add('keep-media', { dm_id: dm._id.toHexString() });
  }
}
