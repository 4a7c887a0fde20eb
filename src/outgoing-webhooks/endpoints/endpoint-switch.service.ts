import { Injectable } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { AlertsService } from '../../accounts/index.js';
import { AuditService } from '../../audit/index.js';
import { TransactionsService } from '../../database/index.js';
import { EndpointMessagesRepository } from '../messages/endpoint-messages.repository.js';
import { RelayCursorRepository } from '../relay/relay-cursor.repository.js';
import type { DisabledReason } from './webhook-endpoint.schema.js';
import { WebhookEndpointsRepository, type WebhookEndpoint } from './webhook-endpoints.repository.js';

const alertKind = 'webhook_endpoint_disabled';

const whatItDid = {
  failing: 'took nothing for three days',
  gone: 'answered 410 Gone',
} as const;

/**
 * Whether an endpoint is told of what happens. Each change is one transaction with the relay's cursor: a relay that has
 * read who there is before writes nothing after.
 */
@Injectable()
export class EndpointSwitchService {
  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly cursors: RelayCursorRepository,
    private readonly transactions: TransactionsService,
    private readonly alerts: AlertsService,
    private readonly audit: AuditService,
  ) {}

  /**
   * Has an endpoint told of what comes after a position. A relay that is further on reads again from there; what the
   * others have been told of already is not queued for them twice.
   */
  async enable<T>(since: string, write: (session: ClientSession) => Promise<T>): Promise<T> {
    await this.cursors.ensure();
    return this.transactions.run(async (session) => {
      const cursor = await this.cursors.find(session);
      const isFirst = (await this.endpoints.findEnabled(session)).length === 0;
      const isBehind = !isFirst && cursor !== null && cursor.position <= since;
      await this.cursors.endpointsChange(session, isBehind ? undefined : since);
      return write(session);
    });
  }

  /** Changes endpoints in a way that the relay has to know of. */
  async change<T>(write: (session: ClientSession) => Promise<T>): Promise<T> {
    return this.transactions.run(async (session) => {
      await this.cursors.endpointsChange(session);
      return write(session);
    });
  }

  /** What it did not take by then is given up; it may be replayed. Unless it is disabled already. */
  async disable(id: string, reason: DisabledReason): Promise<WebhookEndpoint | null> {
    const disabled = await this.change((session) => this.endpoints.disable(session, id, reason));
    if (!disabled) return null;
    await this.messages.giveUp(id);
    if (reason === 'by_owner') return disabled;
    const { host } = new URL(disabled.url);
    const text = `The webhook endpoint ${id} at ${host} ${whatItDid[reason]} and was disabled. Once it works again, enable it and replay what it missed.`;
    await this.alerts.raise(alertKind, { about: id, text });
    await this.audit.record({
      action: 'webhook_endpoint.disabled',
      tenant: disabled.user_id,
      target: { endpoint_id: id, reason },
    });
    return disabled;
  }

  /** Nothing is wrong with it any more, or it is gone. */
  async clearAlert(id: string): Promise<void> {
    await this.alerts.clear(alertKind, id);
  }
}
