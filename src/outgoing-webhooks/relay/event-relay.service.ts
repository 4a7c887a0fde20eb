import { Injectable, Logger } from '@nestjs/common';
import { TransactionsService } from '../../database/index.js';
import {
  ChangesRepository,
  HiddenConversationsService,
  isPositionLost,
  LiveEventBuilderService,
  secondsOf,
  type ChangeReader,
  type StoreChange,
} from '../../inbox/index.js';
import { metrics } from '../../observability/index.js';
import { JobQueueService } from '../../queue/index.js';
import { WebhookEndpointsRepository, type WebhookEndpoint } from '../endpoints/webhook-endpoints.repository.js';
import { EndpointMessagesRepository, type NewEndpointMessage } from '../messages/endpoint-messages.repository.js';
import { RelayCursorRepository, type RelayCursor } from './relay-cursor.repository.js';

/** How long one run relays: the scheduler's next one goes on. */
const runMs = 20_000;
/** How long MongoDB waits for another change before those that came are written. */
const waitMs = 100;
const batchMs = 200;
const batchSize = 100;
/** How often the place is written while nothing is to be told. */
const quietAdvanceMs = 5_000;

/**
 * Makes endpoint messages of what changes in the store. They are written together with the place that was read up to,
 * so a crash neither loses one nor makes it twice. Without endpoints nothing is read at all.
 */
@Injectable()
export class EventRelayService {
  private readonly logger = new Logger(EventRelayService.name);

  constructor(
    private readonly cursors: RelayCursorRepository,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly changes: ChangesRepository,
    private readonly builder: LiveEventBuilderService,
    private readonly hidden: HiddenConversationsService,
    private readonly transactions: TransactionsService,
    private readonly jobs: JobQueueService,
  ) {}

  /** Relays for some seconds, or until endpoints change. Two that run at once are told apart by the cursor. */
  async run(signal: AbortSignal): Promise<void> {
    const cursor = await this.cursors.find();
    const endpoints = cursor ? await this.endpoints.findEnabled() : [];
    if (!cursor || endpoints.length === 0) return;
    const tenants = [...new Set(endpoints.map(({ user_id }) => user_id))];
    const reader = this.changes.open(cursor.position, tenants, waitMs);
    try {
      await this.relay(reader, cursor, endpoints, signal);
    } catch (error) {
      if (!isPositionLost(error)) throw error;
      this.logger.warn({
        msg: 'changes are gone that endpoints were not told of; they are told to read anew',
        err: error,
      });
      await this.startAnew(cursor, endpoints);
    } finally {
      await reader.close();
    }
  }

  private async relay(
    reader: ChangeReader,
    from: RelayCursor,
    endpoints: readonly WebhookEndpoint[],
    signal: AbortSignal,
  ): Promise<void> {
    const until = performance.now() + runMs;
    let cursor = from;
    let writtenAt = performance.now();
    while (!signal.aborted && performance.now() < until) {
      const told = await this.messagesOf(await nextBatch(reader), endpoints);
      if (told.length === 0 && performance.now() - writtenAt < quietAdvanceMs) {
        if ((await this.cursors.find())?.revision !== cursor.revision) return;
        continue;
      }
      const position = reader.position ?? cursor.position;
      if (!(await this.write(cursor, position, told))) return;
      cursor = { ...cursor, position };
      writtenAt = performance.now();
    }
  }

  /** @returns `false` when endpoints have changed, or another relay was first: then nothing was written */
  private async write(cursor: RelayCursor, position: string, told: readonly NewEndpointMessage[]): Promise<boolean> {
    const written = await this.transactions.run(async (session) => {
      if (!(await this.cursors.advance(cursor, position, session))) return false;
      await this.messages.queue(session, told);
      return true;
    });
    if (!written) return false;
    for (const { event_type: event } of told) metrics.endpointMessages.inc({ event });
    for (const endpoint_id of new Set(told.map((message) => message.endpoint_id)))
      await this.jobs.add('post-to-endpoint', { endpoint_id });
    return true;
  }

  /** Changes of one document that came together are told once: what is posted is read later, and shows them all. */
  private async messagesOf(
    changes: readonly StoreChange[],
    endpoints: readonly WebhookEndpoint[],
  ): Promise<NewEndpointMessage[]> {
    // Whom a tenant has blocked is looked up anew: these changes may be older than what is known.
    this.hidden.forget();
    const told = new Map<string, NewEndpointMessage>();
    for (const change of changes) {
      const { _data: id } = change._id;
      const event = await this.builder.build(change, id);
      if (!event) continue;
      const source = { collection: change.ns.coll, id: change.documentKey._id, operation: change.operationType };
      for (const endpoint of endpoints) {
        if (endpoint.user_id !== event.userId || !endpoint.event_types.includes(event.name) || id <= endpoint.since)
          continue;
        const key = `${endpoint._id} ${event.name} ${String(source.id)}`;
        if (told.has(key)) continue;
        const about = { user_id: event.userId, platform_account_id: event.platformAccountId, source };
        told.set(key, { endpoint_id: endpoint._id, ...about, ...whatHappened(event.name, id) });
      }
    }
    return [...told.values()];
  }

  /** MongoDB keeps changes for some time only: who was not told must look for themselves. */
  private async startAnew(cursor: RelayCursor, endpoints: readonly WebhookEndpoint[]): Promise<void> {
    const position = await this.changes.now();
    const told = endpoints.map(({ _id, user_id }) => ({
      endpoint_id: _id,
      user_id,
      ...whatHappened('reset', position),
    }));
    await this.write(cursor, position, told);
  }
}

/** An event's id, type and time. @param id a position in the store's changes */
function whatHappened(
  event_type: NewEndpointMessage['event_type'],
  id: string,
): Pick<NewEndpointMessage, 'event_id' | 'event_type' | 'happened_at'> {
  return { event_id: id, event_type, happened_at: new Date((secondsOf(id) ?? 0) * 1000) };
}

/** What came together, or so soon after that it may wait for it. */
async function nextBatch(reader: ChangeReader): Promise<StoreChange[]> {
  const batch: StoreChange[] = [];
  const until = performance.now() + batchMs;
  while (batch.length < batchSize && performance.now() < until) {
    const change = await reader.next();
    if (change === null) break;
    batch.push(change);
  }
  return batch;
}
