import { Injectable } from '@nestjs/common';
import { EndpointSwitchService } from './endpoints/endpoint-switch.service.js';
import { WebhookEndpointsRepository } from './endpoints/webhook-endpoints.repository.js';
import { EndpointMessagesRepository } from './messages/endpoint-messages.repository.js';

/**
 * Part of erasing accounts and tenants; safe to do again. Of a person there is nothing to erase: endpoint messages hold
 * ids of ours, and what those lead to is erased.
 */
@Injectable()
export class OutgoingWebhooksErasureService {
  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly switches: EndpointSwitchService,
  ) {}

  async eraseAccount(tenant: string, accountId: string): Promise<void> {
    await this.messages.eraseAccount(tenant, accountId);
  }

  async eraseTenant(tenant: string): Promise<void> {
    const removed = await this.switches.change((session) => this.endpoints.eraseTenant(session, tenant));
    await this.messages.eraseTenant(tenant);
    for (const id of removed) await this.switches.clearAlert(id);
  }
}
