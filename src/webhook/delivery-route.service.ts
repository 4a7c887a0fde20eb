import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { SignatureCheckService } from './signature-check.service.js';
import { WebhookService, type WebhookResult } from './webhook.service.js';

const paths = new Set(['instagram', 'messenger', 'meta', 'whatsapp'].map((door) => `/webhook/${door}`));

/**
 * Takes deliveries straight from Fastify. Nest declares the routes, documents them and turns what is thrown into answers;
 * its guards, pipes and interceptors cost a tenth of the door's processor time and have nothing to do here. So whatever
 * is made global for every route does not reach these: what they need, `take` does itself.
 */
@Injectable()
export class DeliveryRouteService {
  constructor(
    adapter: HttpAdapterHost,
    private readonly signature: SignatureCheckService,
    private readonly webhook: WebhookService,
  ) {
    // Nest registers its routes before `onModuleInit`.
    adapter.httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', (route) => this.shorten(route));
  }

  /**
   * Nothing reads the bytes before their signature is checked.
   * @throws {BadSignatureError}, and what {@link WebhookService.receive} throws
   */
  async take({ body, headers }: FastifyRequest): Promise<WebhookResult> {
    const rawBody = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    this.signature.check(rawBody, headers);
    return this.webhook.receive(rawBody);
  }

  private shorten(route: RouteOptions): void {
    if (route.method !== 'POST' || !paths.has(route.url)) return;
    route.handler = (request) => this.take(request);
    // No page of a dashboard calls this.
    route.config = { ...route.config, cors: { origin: false } };
  }
}
