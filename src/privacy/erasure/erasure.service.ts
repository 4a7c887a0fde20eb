import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import {
  AccountDirectoryService,
  AlertsService,
  ErasuresRepository,
  PrivacyService,
  ProfilesService,
  type Erasure,
  type ErasureCounts,
} from '../../accounts/index.js';
import {
  AgentRunsRepository,
  KnowledgeRepository,
  SuggestionsRepository,
  ToolTracesService,
} from '../../agent/index.js';
import { AuditLogRepository, AuditService } from '../../audit/index.js';
import { BlocklistRepository } from '../../blocklist/index.js';
import { ConversationsRepository, type ConversationParties } from '../../conversations/index.js';
import {
  CommentsRepository,
  DmRemovalRepository,
  PendingHintsService,
  SendLimitsService,
  MessageCostsRepository,
} from '../../dms/index.js';
import { DeskErasureService } from '../../inbox/index.js';
import { MediaStorageService } from '../../media/index.js';
import { DeadLettersRepository } from '../../queue/index.js';
import { DeliveryScrubbingRepository } from '../../deliveries/index.js';
import { TemplatesRepository } from '../../templates/index.js';
import { OutgoingWebhooksErasureService } from '../../outgoing-webhooks/index.js';
import { StaffErasureService } from '../../staff/index.js';
import { ExportsRepository } from '../export/exports.repository.js';

const leaseMs = 5 * 60_000;
const batch = 50;
/** A deletion that is not done by then and fails is alerted. */
const patienceMs = 3_600_000;
/** Meta delivers for up to 36 hours: until then an erased message may be delivered again. */
const redeliveryMs = 48 * 3_600_000;

/**
 * What people wrote is gone. Copies of what they sent lie in a bucket that this process does not know: tombstones
 * remember them for `drop-media`, and the sweep looks whether that is done.
 */
class CopiesLeftError extends Error {
  override readonly name = 'CopiesLeftError';
}

/**
 * Does what a data deletion request asks. Every step may be done twice and the figures are added as it goes, so that
 * a run that was cut short goes on. Raw copies go first: nothing may turn them into DMs again.
 */
@Injectable()
export class ErasureService {
  private readonly logger = new Logger(ErasureService.name);

  constructor(
    private readonly erasures: ErasuresRepository,
    private readonly privacy: PrivacyService,
    private readonly directory: AccountDirectoryService,
    private readonly profiles: ProfilesService,
    private readonly conversations: ConversationsRepository,
    private readonly removal: DmRemovalRepository,
    private readonly comments: CommentsRepository,
    private readonly pendingHints: PendingHintsService,
    private readonly limits: SendLimitsService,
    private readonly media: MediaStorageService,
    private readonly deliveries: DeliveryScrubbingRepository,
    private readonly deadLetters: DeadLettersRepository,
    private readonly blocklist: BlocklistRepository,
    private readonly knowledge: KnowledgeRepository,
    private readonly toolTraces: ToolTracesService,
    private readonly runs: AgentRunsRepository,
    private readonly desk: DeskErasureService,
    private readonly templates: TemplatesRepository,
    private readonly costs: MessageCostsRepository,
    private readonly suggestions: SuggestionsRepository,
    private readonly staff: StaffErasureService,
    private readonly outgoingWebhooks: OutgoingWebhooksErasureService,
    private readonly exports: ExportsRepository,
    private readonly alerts: AlertsService,
    private readonly auditLog: AuditLogRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @throws when a part is away: run it again, it goes on */
  async run(erasureId: string, signal: AbortSignal): Promise<void> {
    const erasure = await this.erasures.claim(erasureId, leaseMs);
    if (!erasure) return;
    try {
      if (erasure.kind === 'person') await this.erasePerson(erasure, signal);
      else await this.eraseAccounts(erasure, signal);
      if (erasure.kind === 'tenant') await this.eraseTenant(erasure);
      if (await this.removal.hasCopiesLeft(erasureId)) throw new CopiesLeftError();
      if (erasure.attempts > 1) await this.alerts.clear('erasure_failed', erasureId);
      await this.erasures.complete(erasureId);
      await this.noteDone(erasure);
      this.logger.log({ msg: 'erasure done', erasure_id: erasureId, kind: erasure.kind });
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown';
      await this.erasures.fail(erasureId, reason);
      if (!signal.aborted) await this.alertLate(erasure, reason);
      if (!(error instanceof CopiesLeftError)) throw error;
      this.logger.warn({ msg: 'erasure waits for a worker with the bucket', erasure_id: erasureId });
    }
  }

  /** What a person asked Meta for is no single tenant's. */
  private async noteDone({ _id, user_id: tenant, kind }: Erasure): Promise<void> {
    if (tenant === undefined || kind === 'tenant') return;
    await this.audit.record({ action: 'erasure.done', tenant, target: { erasure_id: _id } });
  }

  /** A part that is away for minutes comes back by itself; the law's time limit is for a person to watch. */
  private async alertLate({ _id, requested_at: requestedAt }: Erasure, reason: string): Promise<void> {
    if (this.clock.now() - requestedAt.getTime() < patienceMs) return;
    const text = `A deletion that was asked for on ${requestedAt.toISOString()} keeps failing (${reason}). It is tried again by itself; the log says what stops it.`;
    await this.alerts.raise('erasure_failed', { erasure_id: _id, text });
  }

  private async erasePerson(erasure: Erasure, signal: AbortSignal): Promise<void> {
    const { subject_id: personId, account_ids: only, user_id: userId } = erasure;
    if (personId === undefined) return;
    const isMeant = (accountId: string): boolean => !only || only.includes(accountId);
    const everywhere = await this.conversations.partiesOf({ participant_id: personId });
    const conversations = everywhere.filter(({ platform_account_id: id }) => isMeant(id));
    const accountIds = new Set(only ?? conversations.map(({ platform_account_id }) => platform_account_id));
    for (const id of await this.comments.accountsOf(personId)) if (isMeant(id)) accountIds.add(id);
    await this.dropExports(accountIds);
    for (const accountId of accountIds) await this.scrub(erasure, accountId, personId, signal);
    // Whoever asks Meta is meant wherever they wrote; a tenant's request reaches that tenant's accounts alone.
    if (!only)
      for await (const deliveries of this.deliveries.scrubPersonUnplaced(personId))
        await this.progress(erasure, { deliveries }, signal);
    for (const conversation of conversations) await this.eraseConversation(erasure, conversation, signal);
    for (const platform_account_id of accountIds) {
      await this.comments.erase({ from_id: personId, platform_account_id });
      await this.eraseTraces(platform_account_id, personId);
    }
    await this.blocklist.erasePerson(personId, userId === undefined ? undefined : [userId]);
  }

  /** Files that were made of what is erased hold it, too; they are made again by whoever needs one. */
  private async dropExports(accountIds: Iterable<string>): Promise<void> {
    const accounts = await Promise.all([...accountIds].map((id) => this.directory.get(id)));
    await this.exports.removeOf(new Set(accounts.flatMap((account) => account?.user_id ?? [])));
  }

  private async eraseAccounts(erasure: Erasure, signal: AbortSignal): Promise<void> {
    await this.dropExports(erasure.account_ids ?? []);
    for (const accountId of erasure.account_ids ?? []) {
      if (await this.privacy.isConnectedSince(accountId, erasure.requested_at)) {
        await this.eraseHistory(erasure, accountId, signal);
        continue;
      }
      const account = await this.directory.get(accountId);
      if (account) await this.scrub(erasure, accountId, account.external_id, signal);
      await this.eraseConversations(erasure, accountId, signal);
      await this.comments.erase({ platform_account_id: accountId });
      await this.removal.removeTombstones(accountId);
      await this.deadLetters.removeOf({ platform_account_id: accountId });
      await this.knowledge.removeOf(accountId);
      await this.toolTraces.eraseAccount(accountId);
      await this.runs.removeOf(accountId);
      await this.suggestions.eraseAccount(accountId);
      await this.desk.eraseAccount(accountId);
      await this.templates.removeOf(accountId);
      await this.costs.removeOf(accountId);
      if (account) await this.outgoingWebhooks.eraseAccount(account.user_id, accountId);
      const removed = await this.privacy.removeAccount(accountId, erasure.requested_at);
      await this.progress(erasure, { accounts: removed ? 1 : 0 }, signal);
      // A backfill that was under way may have stored its last page meanwhile; without the record it stores no more.
      if (removed) await this.eraseConversations(erasure, accountId, signal);
    }
  }

  private async eraseConversations(erasure: Erasure, accountId: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const conversations = await this.conversations.partiesOf({ platform_account_id: accountId }, batch);
      if (conversations.length === 0) return;
      for (const conversation of conversations) await this.eraseConversation(erasure, conversation, signal);
    }
  }

  /** What is the tenant's own, and no account's. */
  private async eraseTenant({ user_id: userId }: Erasure): Promise<void> {
    if (userId === undefined) return;
    await this.blocklist.eraseTenant(userId);
    await this.deadLetters.removeOf({ user_id: userId });
    await this.exports.removeOf([userId]);
    await this.desk.eraseTenant(userId);
    await this.staff.eraseTenant(userId);
    await this.outgoingWebhooks.eraseTenant(userId);
    await this.auditLog.removeOfTenant(userId);
    await this.privacy.removeTenant(userId);
  }

  /** Of an account that its owner has connected again: what came since then was not meant. */
  private async eraseHistory(erasure: Erasure, accountId: string, signal: AbortSignal): Promise<void> {
    const before = erasure.requested_at;
    const account = await this.directory.get(accountId);
    if (account) await this.scrub(erasure, accountId, account.external_id, signal, before);
    for (const { _id } of await this.conversations.partiesOf({ platform_account_id: accountId }, 0)) {
      await this.eraseDms(erasure, _id, signal, before);
      await this.toolTraces.eraseConversation(_id, before);
      await this.runs.removeOfConversation(_id, before);
      await this.suggestions.eraseConversation(_id, before);
      await this.desk.eraseConversation(_id, before);
      await this.removal.removeConversation(_id);
    }
    await this.comments.erase({ platform_account_id: accountId }, { recordedBefore: before });
  }

  private async scrub(
    erasure: Erasure,
    accountId: string,
    id: string,
    signal: AbortSignal,
    before?: Date,
  ): Promise<void> {
    for await (const deliveries of this.deliveries.scrubPerson(accountId, id, before))
      await this.progress(erasure, { deliveries }, signal);
  }

  private async eraseConversation(
    erasure: Erasure,
    { _id, platform_account_id: accountId, participant_id: participantId }: ConversationParties,
    signal: AbortSignal,
  ): Promise<void> {
    // The record goes last: a run that is cut short finds what is left by it.
    do {
      await this.eraseDms(erasure, _id, signal);
      await this.toolTraces.eraseConversation(_id);
      await this.runs.removeOfConversation(_id);
      await this.suggestions.eraseConversation(_id);
      await this.desk.eraseConversation(_id);
      await this.alerts.forgetConversation(_id);
      await this.eraseTraces(accountId, participantId);
    } while (!(await this.removal.removeConversation(_id))); // a message came in between
    await this.progress(erasure, { conversations: 1 }, signal);
  }

  /** What Redis remembers of them. */
  private async eraseTraces(accountId: string, participantId: string): Promise<void> {
    const account = await this.directory.get(accountId);
    if (account) {
      const { channel, external_id: externalId } = account;
      await this.pendingHints.forget({ channel, externalId, participantId });
    }
    await this.limits.forget(accountId, participantId);
    await this.profiles.forget(accountId, participantId);
  }

  private async eraseDms(erasure: Erasure, conversationId: string, signal: AbortSignal, before?: Date): Promise<void> {
    for (;;) {
      const { ids, mediaKeys } = await this.removal.next(conversationId, before?.getTime());
      if (ids.length === 0) return;
      if (this.media.isConfigured) await this.media.remove(mediaKeys);
      await this.deadLetters.removeAbout(ids);
      const dms = await this.removal.remove(conversationId, ids, {
        tombstonesForMs: redeliveryMs,
        copiesStay: !this.media.isConfigured,
        erasureId: erasure._id,
      });
      await this.progress(erasure, { dms, media: mediaKeys.length }, signal);
    }
  }

  /** Keeps the lease, too; a shutdown ends the run here, between two steps. */
  private async progress({ _id }: Erasure, counts: ErasureCounts, signal: AbortSignal): Promise<void> {
    await this.erasures.progress(_id, counts, leaseMs);
    signal.throwIfAborted();
  }
}
