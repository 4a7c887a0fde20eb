import { Injectable } from '@nestjs/common';
import { ChangesRepository, HiddenConversationsService, LiveEventBuilderService } from '../../inbox/index.js';
import type { EndpointMessage } from './endpoint-messages.repository.js';

/** What is posted of an event, before it is signed. */
export interface EventBody {
  type: string;
  timestamp: string;
  data: object;
}

/** Reads what an endpoint is told of, when it is told: what people wrote stands in one place of the store. */
@Injectable()
export class EventBodiesService {
  constructor(
    private readonly changes: ChangesRepository,
    private readonly builder: LiveEventBuilderService,
    private readonly hidden: HiddenConversationsService,
  ) {}

  /** @returns `undefined` when what it tells of is gone, is another event by now, or may not be seen any more */
  async of({ event_type: type, event_id, happened_at, source }: EndpointMessage): Promise<EventBody | undefined> {
    const timestamp = happened_at.toISOString();
    if (type === 'test') return { type, timestamp, data: {} };
    if (type === 'reset' || !source) return { type, timestamp, data: { reason: 'interrupted' } };
    this.hidden.forget();
    const change = await this.changes.latest(source.collection, source.id, source.operation);
    const event = await this.builder.build(change, event_id);
    return event?.name === type ? { type, timestamp, data: event.data } : undefined;
  }
}
