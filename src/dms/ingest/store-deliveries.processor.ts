import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { bulkhead } from 'cockatiel';
import { Clock } from '#libs/clock';
import { GroupCommit } from '#libs/group-commit';
import { parseJsonCut } from '#libs/graph-api';
import { AccountHealthService, UserSettingsService } from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import { ContendedError } from '../../database/index.js';
import { epochMs, metrics, telemetry } from '../../observability/index.js';
import { TemplateNoticesService } from '../../templates/index.js';
import { HandlesJob, type JobPayloads } from '../../queue/index.js';
import { DeliveryLogRepository, DeliveryScrubbingRepository, type Delivery } from '../../deliveries/index.js';
import { MessageHintsRepository, type NewHint } from '../hints/message-hints.repository.js';
import { EventMatcherService, type SettingsOf } from './event-matcher.service.js';
import { FollowUpJobsService } from './follow-up-jobs.service.js';
import type { IngestItem } from './ingest-batch.js';
import { IngestLoadService } from './ingest-load.service.js';
import { IngestService, type IngestOutcome } from './ingest.service.js';
import { storingFailure } from './storing-failure.js';

/** What an answer that was begun here reads, it has by then. Everything else of its message can wait so long. */
const firstReadsMs = 10;

/** One in its transaction, one before it, one behind it. */
const batchesAtOnce = 3;

type StoreJob = JobPayloads['store-deliveries'];

/** Webhook payloads nest a dozen levels; MongoDB stops at a hundred. */
const maxDepth = 64;

/**
 * Turns deliveries into DMs. Safe to run again at any point: what is stored changes nothing, what was not enqueued
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
    write: (jobs) => this.storeTogether(jobs),
    sizeOf: ({ delivery_ids: ids, events = 0 }) => Math.max(ids.length, events),
    // A trickle makes jobs of one delivery each: a backlog of those must not cost a transaction for a few of them.
    maxBatchItems: 64,
    maxBatchSize: 250,
    maxQueuedItems: 1_000,
    maxQueuedSize: 100_000,
    // While one is in its transaction, another is read, a third marked as stored and its follow-ups enqueued.
    maxWrites: batchesAtOnce,
    worthwhileItems: 1,
  });
  /** Two transactions at once would meet in the same conversations and wait for each other. */
  private readonly oneByOne = bulkhead(1, batchesAtOnce);

  constructor(
    private readonly channels: ChannelsService,
    private readonly deliveries: DeliveryLogRepository,
    private readonly scrubbing: DeliveryScrubbingRepository,
    private readonly matcher: EventMatcherService,
    private readonly ingest: IngestService,
    private readonly health: AccountHealthService,
    private readonly settings: UserSettingsService,
    private readonly followUpJobs: FollowUpJobsService,
    private readonly hints: MessageHintsRepository,
    private readonly templates: TemplateNoticesService,
    private readonly load: IngestLoadService,
    private readonly clock: Clock,
  ) {}

  @HandlesJob('store-deliveries')
  async storeDeliveries(job: StoreJob): Promise<void> {
    await this.load.during(() => this.together.add(job));
  }

  /** Where that fails each job is tried alone, so that none fails because of another. @returns failures by position */
  private async storeTogether(jobs: StoreJob[]): Promise<ReadonlyMap<number, unknown>> {
    const failures = new Map<number, unknown>();
    try {
      const accountIds = new Set(jobs.flatMap(({ account_ids: ids = [] }) => ids));
      const held = await this.storeAll(
        jobs.flatMap(({ delivery_ids: ids }) => ids),
        accountIds,
      );
      for (const [index, { delivery_ids: ids }] of jobs.entries())
        if (ids.some((id) => held.has(id))) failures.set(index, new ContendedError());
    } catch (error) {
      // Alone they would meet the same others, or the same outage: they come again, each in its own time.
      if (comesAgain(error)) {
        await this.noteObstacle(jobs, error);
        throw error;
      }
      for (const [index, { delivery_ids: ids }] of jobs.entries()) {
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

  /** Where they wait because of MongoDB's or its set-up's fault, an admin and the health check see of what. */
  private async noteObstacle(jobs: StoreJob[], error: unknown): Promise<void> {
    if (error instanceof ContendedError) return;
    const ids = jobs.flatMap(({ delivery_ids: some }) => some);
    // It is written to the MongoDB that may be away.
    await this.deliveries.noteObstacle(ids, textOf(error)).catch(() => undefined);
  }

  private async noteFailure(deliveryId: string, error: unknown): Promise<void> {
    this.logger.warn({ msg: 'a delivery could not be stored', delivery_id: deliveryId, err: error });
    await this.deliveries.markFailed(deliveryId, textOf(error));
  }

  /**
   * @param accountIds whose they are, where that is known: their settings are read beside them
   * @returns the deliveries of which something could not be stored yet, because somebody holds its conversation
   */
  private async storeAll(deliveryIds: string[], accountIds?: Iterable<string>): Promise<ReadonlySet<string>> {
    const startedAt = epochMs();
    const settingsOf = this.settingsOncePerAccount();
    const reading = this.deliveries.findByIds(deliveryIds);
    this.matcher.foresee(accountIds ?? [], settingsOf);
    const open = (await reading).filter((delivery) => delivery.state === 'received');
    if (open.length === 0) return new Set();
    const items: IngestItem[] = [];
    const matchedAccounts = new Set<string>();
    const hints: NewHint[] = [];
    for (const delivery of open) {
      const matched = await this.read(delivery, settingsOf);
      if (!matched) continue;
      items.push(...matched.items);
      hints.push(...matched.hints);
      for (const account of matched.accounts) matchedAccounts.add(account._id);
      // Kept raw in the delivery log, where an admin sees them; counted here.
      for (const event of matched.unplaced) {
        metrics.webhookEvents.inc({ kind: event.kind });
        await this.templates.note(matched.channel, event);
      }
    }
    const outcome = await this.oneByOne.execute(() => this.ingest.store(items));
    // Before the deliveries count as stored: a crash here must not leave a raw copy of what was taken back.
    for (const dm of outcome.unsent)
      await this.scrubbing.scrubMessages(dm.delivery_ids.map(String), dm.message_id ? [dm.message_id] : []);
    // So do hints: the delivery that counts as stored is not looked at again.
    const hinted = await this.hints.note([...hints, ...outcome.hints]);
    const held = heldDeliveries(items, outcome);
    const stored = open.filter(({ _id }) => !held.has(_id) && !outcome.failed.has(_id));
    this.recordWork(startedAt, open, { held, failed: outcome.failed });
    const now = this.clock.date();
    for (const delivery of stored) metrics.storeLag.observe((now.getTime() - delivery.received_at.getTime()) / 1000);
    // What is stored is stored: a customer need not wait for its answer until the delivery is marked, too.
    if (await this.followUpJobs.beginAnswers(outcome, items)) await sleep(firstReadsMs);
    await Promise.all([
      this.followUpJobs.tellOthers(outcome, items),
      this.followUpJobs.tellHints(hinted),
      this.deliveries.markStored(stored.map((delivery) => delivery._id)),
      ...[...outcome.failed].map(([id, error]) => this.noteFailure(id, error)),
      this.health.noteEvents([...matchedAccounts], now),
    ]);
    return held;
  }

  /** Deliveries that were stored together took the same time; each has a trace of its own. */
  private recordWork(
    startedAt: number,
    deliveries: Delivery[],
    { held, failed }: { held: ReadonlySet<string>; failed: ReadonlyMap<string, unknown> },
  ): void {
    if (!telemetry.isOn) return;
    const endedAt = epochMs();
    const attributes = { 'dm.deliveries_together': deliveries.length };
    for (const { _id: subjectId } of deliveries) {
      const error = held.has(subjectId) ? 'ContendedError' : nameOf(failed.get(subjectId));
      telemetry.record({ name: 'store delivery', subjectId, startedAt, endedAt, attributes, error });
    }
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
      const channel = this.channels.ofDelivery(body);
      if (!channel) return await this.park(delivery, 'no channel reads its object');
      const decoded = channel.webhook.decode(body, delivery.received_at.getTime());
      const origin = { channel: channel.channel, deliveryId: delivery._id, accountIds: delivery.account_ids };
      return await this.matcher.match(decoded, origin, settingsOf);
    } catch (error) {
      if ((error as Error).name !== 'GraphJsonError') throw error;
      return this.park(delivery, 'not parseable');
    }
  }

  private async park({ _id }: Delivery, reason: string): Promise<undefined> {
    this.logger.warn({ msg: 'a delivery can’t be read; it is parked', delivery_id: _id, reason });
    await this.deliveries.park(_id, reason);
  }
}

/** It is no delivery's fault: the job is tried again as it is. */
function comesAgain(error: unknown): boolean {
  return error instanceof ContendedError || storingFailure(error) === 'store';
}

function nameOf(error: unknown): string | undefined {
  return error === undefined ? undefined : error instanceof Error ? error.name : 'Error';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function heldDeliveries(items: IngestItem[], { held }: IngestOutcome): Set<string> {
  return new Set(
    items.flatMap(({ context }) => (held.has(context.conversationId) ? [String(context.deliveryId)] : [])),
  );
}
