import { Controller, Get, HttpCode, Logger, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public, WithoutAddressLimit } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { DeliveryRouteService } from './delivery-route.service.js';
import { ThrottledLog } from './throttled-log.js';
import { confirmSubscription } from './verify-subscription.js';
import { WebhookConfirmationsService } from './webhook-confirmations.service.js';
import { DocumentsDelivery, DocumentsSubscription } from './webhook.docs.js';
import { NotConfirmedError } from './webhook.errors.js';
import type { WebhookResult } from './webhook.service.js';

/**
 * Meta's door. All paths are the same door: apps are configured with any, and the delivery says whose it is. What arrives with POST goes past this class:
 * see {@link DeliveryRouteService}. Not limited: a signed delivery that is refused comes back.
 */
@WithoutAddressLimit()
@ApiTags('Webhook')
@Controller('webhook')
export class WebhookController {
  private readonly refusals = new ThrottledLog(new Logger(WebhookController.name));

  constructor(
    private readonly deliveries: DeliveryRouteService,
    private readonly confirmations: WebhookConfirmationsService,
    private readonly config: AppConfig,
  ) {}

  @Public() // the verify token protects it
  @Get('instagram')
  @DocumentsSubscription()
  confirmInstagram(@Query() query: Record<string, unknown>, @Res({ passthrough: true }) reply: FastifyReply): string {
    return this.confirm(query, reply);
  }

  @Public() // the verify token protects it
  @Get('meta')
  @DocumentsSubscription()
  confirmMeta(@Query() query: Record<string, unknown>, @Res({ passthrough: true }) reply: FastifyReply): string {
    return this.confirm(query, reply);
  }

  @Public() // the verify token protects it
  @Get('messenger')
  @DocumentsSubscription()
  confirmMessenger(@Query() query: Record<string, unknown>, @Res({ passthrough: true }) reply: FastifyReply): string {
    return this.confirm(query, reply);
  }

  @Public() // the verify token protects it
  @Get('whatsapp')
  @DocumentsSubscription()
  confirmWhatsApp(@Query() query: Record<string, unknown>, @Res({ passthrough: true }) reply: FastifyReply): string {
    return this.confirm(query, reply);
  }

  @Public() // the signature protects it
  @Post('instagram')
  @HttpCode(200)
  @DocumentsDelivery()
  receiveInstagram(@Req() request: FastifyRequest): Promise<WebhookResult> {
    return this.deliveries.take(request);
  }

  @Public() // the signature protects it
  @Post('meta')
  @HttpCode(200)
  @DocumentsDelivery()
  receiveMeta(@Req() request: FastifyRequest): Promise<WebhookResult> {
    return this.deliveries.take(request);
  }

  @Public() // the signature protects it
  @Post('messenger')
  @HttpCode(200)
  @DocumentsDelivery()
  receiveMessenger(@Req() request: FastifyRequest): Promise<WebhookResult> {
    return this.deliveries.take(request);
  }

  @Public() // the signature protects it
  @Post('whatsapp')
  @HttpCode(200)
  @DocumentsDelivery()
  receiveWhatsApp(@Req() request: FastifyRequest): Promise<WebhookResult> {
    return this.deliveries.take(request);
  }

  private confirm(query: Record<string, unknown>, reply: FastifyReply): string {
    const challenge = confirmSubscription(query, this.config.META_WEBHOOK_VERIFY_TOKEN);
    if (challenge === null) {
      this.refusals.warn({ msg: 'the webhook was not confirmed: hub.verify_token is not META_WEBHOOK_VERIFY_TOKEN' });
      throw new NotConfirmedError();
    }
    this.confirmations.note(challenge);
    void reply.type('text/plain; charset=utf-8');
    return challenge;
  }
}
