import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { secondsOf } from '../inbox/index.js';
import { metrics, ScrapeSourcesService } from '../observability/index.js';
import { WebhookEndpointsRepository } from './endpoints/webhook-endpoints.repository.js';
import { RelayCursorRepository } from './relay/relay-cursor.repository.js';

/** How endpoints do, and how far behind the store they are told. */
@Injectable()
export class EndpointGaugesService implements OnModuleInit {
  constructor(
    private readonly sources: ScrapeSourcesService,
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly cursors: RelayCursorRepository,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.sources.add('webhook_endpoints', () => this.read());
  }

  private async read(): Promise<void> {
    const { working, failing, disabled } = await this.endpoints.counts();
    for (const [state, count] of Object.entries({ working, failing, disabled }))
      metrics.endpoints.set({ state }, count);
    const position = (await this.cursors.find())?.position ?? '';
    const readUpTo = secondsOf(position);
    const isReading = working + failing > 0 && readUpTo !== undefined;
    metrics.relayLag.set(isReading ? Math.max(0, this.clock.now() / 1_000 - readUpTo) : 0);
  }
}
