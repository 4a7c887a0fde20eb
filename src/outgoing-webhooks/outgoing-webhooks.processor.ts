import { Injectable } from '@nestjs/common';
import { HandlesJob, Scheduled } from '../queue/index.js';
import { EndpointPostingService } from './messages/endpoint-posting.service.js';
import { EventRelayService } from './relay/event-relay.service.js';

/** Telling endpoints: what happened becomes messages, these are posted, and what lost its job is found. */
@Injectable()
export class OutgoingWebhooksProcessor {
  constructor(
    private readonly relay: EventRelayService,
    private readonly posting: EndpointPostingService,
  ) {}

  @Scheduled({ name: 'relay-to-endpoints', everyMs: 1_000, leaseMs: 60_000 })
  async relayEvents(signal: AbortSignal): Promise<void> {
    await this.relay.run(signal);
  }

  @HandlesJob('post-to-endpoint')
  async post({ endpoint_id: endpointId }: { endpoint_id: string }, signal: AbortSignal): Promise<void> {
    await this.posting.run(endpointId, signal);
  }

  @Scheduled({ name: 'sweep-endpoints', everyMs: 5_000 })
  async sweep(): Promise<void> {
    await this.posting.sweep();
  }
}
