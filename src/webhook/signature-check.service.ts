import { Injectable, Logger } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { verifySignature, type SignatureProblem } from '#libs/graph-api';
import { AppConfig } from '../config/index.js';
import { metrics } from '../observability/index.js';
import { ThrottledLog } from './throttled-log.js';
import { BadSignatureError } from './webhook.errors.js';

/**
 * Lets a delivery in when one of our app secrets signed its raw bytes. Which of Meta's two apps signs is not
 * documented, and during a rotation two secrets of one app are valid, so every configured secret is tried.
 */
@Injectable()
export class SignatureCheckService {
  private readonly refusals = new ThrottledLog(new Logger(SignatureCheckService.name));
  private readonly secrets: string[];
  private readonly current: Set<string | undefined>;

  constructor(config: AppConfig) {
    this.secrets = config.APP_SECRETS.map((secret) => secret.reveal());
    this.current = new Set([config.INSTAGRAM_CLIENT_SECRET?.reveal(), config.META_APP_SECRET?.reveal()]);
  }

  /** @throws {BadSignatureError} */
  check(rawBody: Buffer, headers: FastifyRequest['headers']): void {
    const result = verifySignature(rawBody, headers['x-hub-signature-256'], this.secrets);
    if (result.ok) {
      const isCurrent = this.current.has(this.secrets[result.secretIndex]);
      metrics.webhookSignatures.inc({ secret: isCurrent ? 'current' : 'previous' });
      return;
    }
    metrics.webhookDeliveries.inc({ outcome: 'bad_signature' });
    this.logRefusal(result.reason, 'x-hub-signature' in headers);
    throw new BadSignatureError();
  }

  private logRefusal(reason: SignatureProblem, hasOldSignature: boolean): void {
    const cause =
      hasOldSignature && reason === 'the header is missing' ? 'only the outdated SHA-1 signature was sent' : reason;
    this.refusals.warn({ msg: 'deliveries with a bad signature were refused', cause });
  }
}
