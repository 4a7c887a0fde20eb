import {
  Controller,
  createParamDecorator,
  Get,
  HttpCode,
  Logger,
  Post,
  Query,
  Res,
  UseGuards,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { SignatureGuard } from './signature.guard.js';
import { ThrottledLog } from './throttled-log.js';
import { confirmSubscription } from './verify-subscription.js';
import { DocumentsDelivery, DocumentsSubscription } from './webhook.docs.js';
import { NotConfirmedError } from './webhook.errors.js';
import { WebhookService, type WebhookAnswer } from './webhook.service.js';

/** The bytes as they came; what signs them is checked before anything reads them. */
const RawBody = createParamDecorator((_: unknown, context: ExecutionContext): Buffer => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
});

/** Meta's door. Both paths are the same door: apps are configured with either. */
@ApiTags('Webhook')
@Controller('webhook')
export class WebhookController {
  private readonly refusals = new ThrottledLog(new Logger(WebhookController.name));

  constructor(
    private readonly webhook: WebhookService,
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

  @Public() // the signature protects it
  @UseGuards(SignatureGuard)
  @Post('instagram')
  @HttpCode(200)
  @DocumentsDelivery()
  receiveInstagram(@RawBody() body: Buffer): Promise<WebhookAnswer> {
    return this.webhook.receive(body);
  }

  @Public() // the signature protects it
  @UseGuards(SignatureGuard)
  @Post('meta')
  @HttpCode(200)
  @DocumentsDelivery()
  receiveMeta(@RawBody() body: Buffer): Promise<WebhookAnswer> {
    return this.webhook.receive(body);
  }

  private confirm(query: Record<string, unknown>, reply: FastifyReply): string {
    const challenge = confirmSubscription(query, this.config.META_WEBHOOK_VERIFY_TOKEN);
    if (challenge === null) {
      this.refusals.warn({ msg: 'the webhook was not confirmed: hub.verify_token is not META_WEBHOOK_VERIFY_TOKEN' });
      throw new NotConfirmedError();
    }
    void reply.type('text/plain; charset=utf-8');
    return challenge;
  }
}
