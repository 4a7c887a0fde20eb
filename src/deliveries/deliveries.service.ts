import { Injectable, type OnModuleInit } from '@nestjs/common';
import { GraphJsonError, parseJsonCut, type WebhookEvent } from '#libs/graph-api';
import { AccountDirectoryService } from '../accounts/index.js';
import { AuditService } from '../audit/index.js';
import { ChannelsService } from '../channels/index.js';
import { ConflictError, InvalidRequestError, NotFoundError } from '../errors/index.js';
import { metrics, ScrapeSourcesService, traceIdsOf } from '../observability/index.js';
import { DeadLetterReplaysService, type DeadLetter } from '../queue/index.js';
import type { DecodedEventView, DeliveryHeadView, DeliveryView } from './deliveries.dto.js';
import {
  DeliveryLogRepository,
  type Delivery,
  type DeliveryFilter,
  type DeliveryHead,
} from './delivery-log.repository.js';
import { DeliveryDispatcherService } from './delivery-dispatcher.service.js';
import { DeliveryReopeningRepository, type ReopenFilter } from './delivery-reopening.repository.js';

/** The delivery log as an admin sees it, and doing a delivery again. */
@Injectable()
export class DeliveriesService implements OnModuleInit {
  constructor(
    private readonly channels: ChannelsService,
    private readonly log: DeliveryLogRepository,
    private readonly reopening: DeliveryReopeningRepository,
    private readonly dispatcher: DeliveryDispatcherService,
    private readonly replays: DeadLetterReplaysService,
    private readonly sources: ScrapeSourcesService,
    private readonly accounts: AccountDirectoryService,
    private readonly audit: AuditService,
  ) {}

  onModuleInit(): void {
    this.replays.register('delivery', (letter) => this.replayLetter(letter));
    this.replays.register('event', (letter) => this.replayLetter(letter));
    this.sources.add('deliveries', async () =>
      metrics.backlog.set({ kind: 'deliveries' }, await this.log.countReceived()),
    );
  }

  async list(filter: DeliveryFilter): Promise<DeliveryHeadView[]> {
    return (await this.log.list(filter)).map(headOf);
  }

  /**
   * What people wrote, of whatever tenants: who looked is written down in the log of each.
   * @throws {NotFoundError}
   */
  async get(id: string): Promise<DeliveryView> {
    const delivery = await this.log.find(id);
    if (!delivery) throw notKept();
    await this.noteRead(delivery);
    return { ...headOf(delivery), trace_id: traceIdsOf(delivery._id).traceId, ...this.contentOf(delivery) };
  }

  /**
   * Stores its events again. What is stored already stays as it is, so this is safe at any time.
   * @throws {NotFoundError}
   */
  async replay(id: string): Promise<{ delivery: DeliveryHeadView; handedOver: boolean }> {
    const delivery = await this.reopening.reopen(id);
    if (!delivery) throw notKept();
    const { events, account_ids: accountIds } = delivery;
    return { delivery: headOf(delivery), handedOver: await this.dispatcher.dispatch([{ id, events, accountIds }]) };
  }

  /**
   * Makes a page of deliveries due again; the sweep hands them to the workers within seconds. Safe at any time.
   * @returns how many, and where the next page begins
   * @throws {InvalidRequestError} nothing says which: all of the log is never meant
   */
  async replayPage(filter: ReopenFilter): Promise<{ reopened: number; nextCursor: string | null }> {
    const { state, accountId, since, until, error } = filter;
    if ([state, accountId, since, until, error].every((one) => one === undefined))
      throw new InvalidRequestError('Say which deliveries: by state, account_id, since, until or error.');
    const ids = await this.reopening.reopenPage(filter);
    return { reopened: ids.length, nextCursor: ids.length < filter.limit ? null : (ids.at(-1) ?? null) };
  }

  /** @throws {NotFoundError}, {ConflictError} it is not parked */
  async discard(id: string): Promise<DeliveryHeadView> {
    const discarded = await this.reopening.discard(id);
    if (discarded) return headOf(discarded);
    if (!(await this.log.find(id))) throw notKept();
    throw new ConflictError('Only a parked delivery can be discarded.');
  }

  private async noteRead({ _id, account_ids: accountIds }: Delivery): Promise<void> {
    const accounts = await Promise.all(accountIds.map((id) => this.accounts.get(id)));
    const tenants = new Set(accounts.flatMap((account) => account?.user_id ?? []));
    for (const tenant of tenants)
      await this.audit.record({ action: 'delivery.read', tenant, target: { delivery_id: _id } });
  }

  private contentOf({ payload, received_at }: Delivery): Pick<DeliveryView, 'payload' | 'decoded'> {
    try {
      const { body, isCut } = parseJsonCut(payload);
      const entries = this.channels.ofDelivery(body)?.webhook.decode(body, received_at.getTime()).entries ?? [];
      return { payload: isCut ? payload : body, decoded: entries.flatMap(({ events }) => events.map(eventView)) };
    } catch (error) {
      if (!(error instanceof GraphJsonError)) throw error;
      return { payload, decoded: [] };
    }
  }

  private async replayLetter({ payload }: DeadLetter): Promise<void> {
    await this.replay(String(payload['delivery_id']));
  }
}

function notKept(): NotFoundError {
  return new NotFoundError('There is no such delivery, or it is not kept any more.');
}

function headOf(delivery: DeliveryHead): DeliveryHeadView {
  const { _id, received_at, state, events, account_ids, attempts, failures, error, stored_at } = delivery;
  return { _id, received_at, state, events, account_ids, attempts, failures, error, stored_at };
}

function eventView(event: WebhookEvent): DecodedEventView {
  return {
    index: event.index,
    kind: event.kind,
    mid: 'mid' in event ? event.mid : undefined,
    sender_id: event.senderId,
    recipient_id: event.recipientId,
    timestamp: event.timestamp,
    unknown_fields: event.unknownFields,
    reason: event.kind === 'unknown' ? event.reason : undefined,
  };
}
