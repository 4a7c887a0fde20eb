import { Injectable, Logger } from '@nestjs/common';
import { classifyGraphFailure, GraphApiError, isGraphError, type GraphError } from '#libs/graph-api';
import type { GraphMessage, WebhookEvent } from '#libs/graph-api';
import {
  AccountDirectoryService,
  AccountHealthService,
  AccountNotUsableError,
  TokenVaultService,
  UserSettingsService,
  type AccountSummary,
} from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import { DeliveryReopeningRepository } from '../../deliveries/index.js';
import { HandlesJob, JobQueueService, Scheduled, type JobPayloads } from '../../queue/index.js';
import { DmStoreRepository } from '../dm-store.repository.js';
import { DmsRepository, type Dm } from '../dms.repository.js';
import { EventMatcherService } from '../ingest/event-matcher.service.js';
import { FollowUpJobsService } from '../ingest/follow-up-jobs.service.js';
import { IngestService } from '../ingest/ingest.service.js';
import { untoldEdit } from '../merge-dm.js';
import { SyncLimitsService } from '../sync/sync-limits.service.js';
import { hasContent, isOurs, syncedEvent } from '../sync/synced-event.js';
import { MessageHintsRepository, type MessageHint } from './message-hints.repository.js';

const minuteMs = 60_000;
/** Tries that Meta did not answer. */
const maxTries = 5;
const batch = 200;

/**
 * Asks Meta for a message that it announced and did not deliver: an edit, a reaction or a read receipt of a mid that nobody
 * knows. Asked once, behind storing and never in its way. The agent hears of what is found as of a webhook's; a webhook
 * that comes after all takes it over.
 */
@Injectable()
export class FetchMessageProcessor {
  private readonly logger = new Logger(FetchMessageProcessor.name);

  constructor(
    private readonly hints: MessageHintsRepository,
    private readonly directory: AccountDirectoryService,
    private readonly vault: TokenVaultService,
    private readonly health: AccountHealthService,
    private readonly settings: UserSettingsService,
    private readonly channels: ChannelsService,
    private readonly limits: SyncLimitsService,
    private readonly dms: DmsRepository,
    private readonly store: DmStoreRepository,
    private readonly matcher: EventMatcherService,
    private readonly ingest: IngestService,
    private readonly followUpJobs: FollowUpJobsService,
    private readonly deliveries: DeliveryReopeningRepository,
    private readonly queue: JobQueueService,
  ) {}

  @HandlesJob('fetch-message')
  async fetchMessage({ hint_id: id }: JobPayloads['fetch-message'], signal: AbortSignal): Promise<void> {
    const hint = await this.hints.claim(id);
    if (!hint) return;
    const account = await this.directory.get(hint.platform_account_id);
    const isWanted = account?.status === 'active' && (await this.isWanted(hint));
    const putOffMs = isWanted ? await this.fetch(hint, account, signal) : undefined;
    if (putOffMs !== undefined) return this.hints.putOff(id, putOffMs);
    for (const delivery of await this.hints.finish(id)) await this.deliveries.reopen(delivery);
  }

  /** Hints whose job was lost, or came while Meta was away. */
  @Scheduled({ name: 'fetch-hinted-messages', everyMs: minuteMs })
  async sweep(): Promise<void> {
    for (const id of await this.hints.findDue(batch))
      if (!(await this.queue.add('fetch-message', { hint_id: id }))) break;
  }

  /** Its webhook may have come meanwhile, or the message may be gone for good. */
  private async isWanted({ platform_account_id: accountId, mid }: MessageHint): Promise<boolean> {
    const [dm, removed] = await Promise.all([
      this.dms.findByMid(accountId, mid),
      this.store.findTombstones(accountId, [mid]),
    ]);
    if (removed.size > 0 || dm?.unsent) return false;
    return !dm || dm.placeholder === true || untoldEdit(dm) !== undefined || isUnheard(dm);
  }

  /** @returns in how many ms to try again; `undefined` when that is of no use */
  private async fetch(hint: MessageHint, account: AccountSummary, signal: AbortSignal): Promise<number | undefined> {
    let tokenVersion: number | undefined;
    try {
      const access = await this.vault.accessFor(account._id);
      tokenVersion = access.tokenVersion;
      const { history } = this.channels.get(access.channel);
      if (!history) return undefined;
      await this.limits.waitForSlot(account._id, signal);
      const message = await history.message(access, hint.mid, { signal });
      return await this.take(message, hint, account);
    } catch (error) {
      if (error instanceof AccountNotUsableError) return hint.tries < maxTries ? minuteMs * 2 ** hint.tries : undefined;
      if (signal.aborted || !isGraphError(error)) throw error;
      return this.afterFailure(error, hint, account._id, tokenVersion);
    }
  }

  private async afterFailure(
    error: GraphError,
    { mid, tries }: MessageHint,
    accountId: string,
    tokenVersion: number | undefined,
  ): Promise<number | undefined> {
    const { kind, retryAfterMs = 0 } = classifyGraphFailure(error);
    const passes =
      kind === 'rate_limited' || kind === 'temporary' || kind === 'not_reached' || kind === 'outcome_unknown';
    if (passes && tries < maxTries) return Math.max(retryAfterMs, minuteMs * 2 ** (tries - 1));
    if (kind === 'token_invalid') await this.health.markNeedsReauth(accountId, error.message, tokenVersion);
    const { code, subcode, fbtraceId } = error instanceof GraphApiError ? error : ({} as Partial<GraphApiError>);
    this.logger.warn({ msg: 'an announced message is not shown by Meta', account_id: accountId, mid, err: error });
    await this.health.noteError(accountId, 'fetch_message', {
      message: `An announced message could not be fetched: ${error.message}`,
      code,
      subcode,
      fbtrace_id: fbtraceId,
    });
    return undefined;
  }

  /** @returns in how many ms to try again, where its conversation is held */
  private async take(
    message: GraphMessage,
    { mid }: MessageHint,
    account: AccountSummary,
  ): Promise<number | undefined> {
    const participantId = isOurs(message, account) ? message.to[0]?.id : message.from?.id;
    if (!hasContent(message) || participantId === undefined) {
      const text = 'Meta announced a message and tells nothing of it.';
      await this.health.noteError(account._id, 'fetch_message', { message: text });
      return undefined;
    }
    const event = eventOf(message, await this.dms.findByMid(account._id, mid), account, participantId);
    const item = event && this.matcher.itemOf(event, account, await this.settings.agentSettings(account));
    if (!item) return undefined;
    const items = [{ ...item, context: { ...item.context, source: 'sync' as const, announced: true } }];
    const outcome = await this.ingest.store(items);
    if (outcome.held.size > 0) return minuteMs;
    await this.followUpJobs.beginAnswers(outcome, items);
    await this.followUpJobs.tellOthers(outcome, items);
    return undefined;
  }
}

/** A look at the conversation fetched it before its announcement came: then the agent has not heard of it. */
function isUnheard({ source, direction, agent_state: state }: Dm): boolean {
  return source === 'sync' && direction === 'inbound' && state === undefined;
}

/** The message itself, or the words of its latest edit. */
function eventOf(
  message: GraphMessage,
  known: Dm | null,
  account: AccountSummary,
  participantId: string,
): WebhookEvent | undefined {
  const event = syncedEvent({ ...message }, account, participantId);
  const untold = known && !known.placeholder ? untoldEdit(known) : undefined;
  if (!untold) return event;
  if (message.text === undefined) return undefined;
  const { kind: _kind, text: _text, attachments: _attachments, isUnsupported: _is, mid, ...base } = event;
  return { ...base, kind: 'edit', mid, text: message.text, numEdit: untold.num_edit, timestamp: untold.at };
}
