import { Injectable, Logger } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { Clock } from '#libs/clock';
import { GroupCommit } from '#libs/group-commit';
import { decodeDelivery, parseJsonCut } from '#libs/graph-api';
import { AccountHealth, UserSettingsService, type AccountSummary } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';
import { ContendedError } from '../../database/index.js';
import { metrics } from '../../observability/index.js';
import { HandlesJob, JobQueue, type JobPayloads } from '../../queue/index.js';
import { DeliveryLog, type Delivery } from '../../webhook/index.js';
import { EventMatcher, type SettingsOf } from './event-matcher.js';
import type { IngestItem } from './ingest-batch.js';
import { IngestLoad } from './ingest-load.js';
import { IngestService, type IngestOutcome } from './ingest.service.js';
import { isTransient } from './is-transient.js';
import { Mailbox } from './mailbox.js';

/** Who somebody is can wait until they have their answer. */
const profileDelayMs = 500;

/** One in its transaction, one before it, one behind it. */
const batchesAtOnce = 3;

type StoreJob = JobPayloads['store-deliveries'];

/** Webhook payloads nest a dozen levels; MongoDB stops at a hundred. */
const maxDepth = 64;

/**
 * Turns deliveries into DMs. Safe to run again at any point: what is stored changes nothing, what was not handed on
 * yet is found by the sweeps.
 */
@Injectable()
export class StoreDeliveriesProcessor {
  private readonly logger = new Logger(StoreDeliveriesProcessor.name);
  /**
   * Jobs that come while others are being stored are stored together: under load the door makes many small ones, and
   * most of what storing costs is by the transaction. Sizes are counted in events.
   */
  private readonly together = new GroupCommit<StoreJob>({
    write: (jobs) => this.storeTogether(jobs.map(({ delivery_ids: ids }) => ids)),
    sizeOf: ({ delivery_ids: ids, events = 0 }) => Math.max(ids.length, events),
    // A trickle makes jobs of one delivery each: a backlog of those must not cost a transaction for a few of them.
    maxBatchItems: 64,
    maxBatchSize: 150,
    maxQueuedItems: 1_000,
    maxQueuedSize: 100_000,
    // While one is in its transaction, another is read, a third marked as stored and handed on.
    maxWrites: batchesAtOnce,
    worthwhileItems: 1,
  });
  /** Two transactions at once would meet in the same conversations and wait for each other. */
  private readonly oneByOne = bulkhead(1, batchesAtOnce);

  constructor(
    private readonly deliveries: DeliveryLog,
    private readonly matcher: EventMatcher,
    private readonly ingest: IngestService,
    private readonly health: AccountHealth,
    private readonly settings: UserSettingsService,
    private readonly mailbox: Mailbox,
    private readonly load: IngestLoad,
    private readonly queue: JobQueue,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  @HandlesJob('store-deliveries')
  async storeDeliveries(job: StoreJob): Promise<void> {
    await this.load.during(() => this.together.add(job));
  }

  /** Where that fails each job is tried alone, so that none fails because of another. @returns failures by position */
  private async storeTogether(jobs: string[][]): Promise<ReadonlyMap<number, unknown>> {
    const failures = new Map<number, unknown>();
    try {
      const held = await this.storeAll(jobs.flat());
      for (const [index, ids] of jobs.entries())
        if (ids.some((id) => held.has(id))) failures.set(index, new ContendedError());
    } catch (error) {
      // Alone they would meet the same others, or the same outage: they come again, each in its own time.
      if (comesAgain(error)) throw error;
      for (const [index, ids] of jobs.entries()) {
        const held = await this.storeApart(ids).catch((failure: unknown) => void failures.set(index, failure));
        if (held && held.size > 0) failures.set(index, new ContendedError());
      }
    }
    return failures;
  }

  /** One of them can't be stored: the sweep brings it again, and parks it in the end; the others are stored. */
  private async storeApart(deliveryIds: string[]): Promise<ReadonlySet<string>> {
    try {
      return await this.storeAll(deliveryIds);
    } catch (error) {
      if (comesAgain(error)) throw error;
      const held: string[] = [];
      for (const id of deliveryIds) {
        if (deliveryIds.length > 1) held.push(...(await this.storeApart([id])));
        else await this.noteFailure(id, error);
      }
      return new Set(held);
    }
  }

  private async noteFailure(deliveryId: string, error: unknown): Promise<void> {
    this.logger.warn({ msg: 'a delivery could not be stored', delivery_id: deliveryId, err: error });
    await this.deliveries.markFailed(deliveryId, error instanceof Error ? error.message : String(error));
  }

  /** @returns the deliveries of which something could not be stored yet, because somebody holds its conversation */
  private async storeAll(deliveryIds: string[]): Promise<ReadonlySet<string>> {
    const open = (await this.deliveries.findByIds(deliveryIds)).filter((delivery) => delivery.state === 'received');
    if (open.length === 0) return new Set();
    const items: IngestItem[] = [];
    const accounts = new Map<string, AccountSummary>();
    const settingsOf = this.settingsOncePerAccount();
    for (const delivery of open) {
      const matched = await this.read(delivery, settingsOf);
      if (!matched) continue;
      items.push(...matched.items);
      for (const account of matched.accounts) accounts.set(account._id, account);
      // Kept raw in the delivery log, where an admin sees them; counted here.
      for (const event of matched.unplaced) metrics.webhookEvents.inc({ kind: event.kind });
    }
    const outcome = await this.oneByOne.execute(() => this.ingest.store(items));
    // Before the deliveries count as stored: a crash here must not leave a raw copy of what was taken back.
    for (const dm of outcome.unsent)
      await this.deliveries.scrub(dm.delivery_ids.map(String), dm.message_id ? [dm.message_id] : []);
    const held = heldDeliveries(items, outcome);
    const stored = open.filter((delivery) => !held.has(delivery._id));
    const now = this.clock.date();
    for (const delivery of stored) metrics.storeLag.observe((now.getTime() - delivery.received_at.getTime()) / 1000);
    // What is stored is stored: a customer need not wait for its answer until the delivery is marked, too.
    await Promise.all([
      this.handOn(outcome, items, { accounts, settingsOf }),
      this.deliveries.markStored(stored.map((delivery) => delivery._id)),
      this.health.noteEvents([...accounts.keys()], now),
    ]);
    return held;
  }

  /** A job holds a hundred deliveries, of few accounts: asking for each of them takes longer than storing them. */
  private settingsOncePerAccount(): SettingsOf {
    const asked = new Map<string, ReturnType<SettingsOf>>();
    return (account) => {
      const known = asked.get(account._id) ?? this.settings.agentSettings(account);
      asked.set(account._id, known);
      return known;
    };
  }

  private async read(delivery: Delivery, settingsOf: SettingsOf) {
    try {
      const { body } = parseJsonCut(delivery.payload, maxDepth);
      const decoded = decodeDelivery(body, { receivedAt: delivery.received_at.getTime() });
      return await this.matcher.match(decoded, delivery._id, settingsOf);
    } catch (error) {
      if ((error as Error).name !== 'GraphJsonError') throw error;
      this.logger.warn({ msg: 'a delivery can’t be parsed; it is parked', delivery_id: delivery._id });
      await this.deliveries.park(delivery._id, 'not parseable');
      return undefined;
    }
  }

  /** Everything from here on is a hint: a crash in between costs time, not messages. */
  private async handOn(
    outcome: IngestOutcome,
    items: IngestItem[],
    { accounts, settingsOf }: { accounts: Map<string, AccountSummary>; settingsOf: SettingsOf },
  ): Promise<void> {
    const contexts = new Map(items.map(({ context }) => [context.conversationId, context]));
    const hints: Promise<unknown>[] = [];
    for (const [conversationId, { dmIds, turn }] of outcome.pending) {
      const context = contexts.get(conversationId);
      if (!context) continue;
      const { account, participantId: participant_id } = context;
      const known = accounts.get(account._id);
      const { quiet_ms } = known ? await settingsOf(known) : { quiet_ms: this.config.AGENT_QUIET_MS };
      const payload = { conversation_id: conversationId };
      const news = { account_id: account._id, ig_id: account.ig_id, participant_id, turn };
      hints.push(
        quiet_ms > 0
          ? this.queue.add('answer-conversation', payload, { delayMs: quiet_ms })
          : this.queue.startOrAdd('answer-conversation', payload, news),
        this.mailbox.push(account.ig_id, participant_id, dmIds),
      );
    }
    for (const id of outcome.settled) hints.push(this.queue.add('send-conversation', { conversation_id: id }));
    for (const id of outcome.created)
      hints.push(this.queue.add('fetch-profile', { conversation_id: id }, { delayMs: profileDelayMs }));
    for (const dm of outcome.toCopy) hints.push(this.queue.add('keep-media', { dm_id: dm._id.toHexString() }));
    for (const dm of outcome.unsent)
      if (dm.media_to_drop) hints.push(this.queue.add('drop-media', { dm_id: dm._id.toHexString() }));
    await Promise.all(hints);
  }
}

/** It is no delivery's fault: the job is tried again as it is. */
function comesAgain(error: unknown): boolean {
  return error instanceof ContendedError || isTransient(error);
}

function heldDeliveries(items: IngestItem[], { held }: IngestOutcome): Set<string> {
  return new Set(
    items.flatMap(({ context }) => (held.has(context.conversationId) ? [String(context.deliveryId)] : [])),
  );
}
