import { Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { EnvHttpProxyAgent, request } from 'undici';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import type { AlertRecord } from './alert.schema.js';

const timeoutMs = 5_000;
const base64Prefix = 'whsec_';

/**
 * Posts alerts to `ALERT_WEBHOOK_URL`, signed as Standard Webhooks has it: `webhook-signature` is `v1,` and the base64
 * HMAC-SHA256 of `<webhook-id>.<webhook-timestamp>.<body>`. Of a secret `whsec_…` the key is what its base64 stands
 * for, as the libraries of receivers take it; of any other text, its own bytes.
 */
@Injectable()
export class AlertWebhookService {
  private readonly proxy?: EnvHttpProxyAgent;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    if (config.egressProxy) this.proxy = new EnvHttpProxyAgent(config.egressProxy);
  }

  get isConfigured(): boolean {
    return this.config.ALERT_WEBHOOK_URL !== undefined;
  }

  /** @throws when it was not taken */
  async post(alert: AlertRecord): Promise<void> {
    const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret } = this.config;
    if (url === undefined || secret === undefined) return;
    const id = `${alert._id}:${alert.times}${alert.cleared_at ? ':resolved' : ''}`;
    const now = this.clock.date();
    const body = JSON.stringify(noticeOf(alert));
    const answer = await request(url, {
      ...(this.proxy ? { dispatcher: this.proxy } : {}),
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(keyOf(secret.reveal()), { format: 'raw' }).sign(id, now, body),
      },
      body,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
    await answer.body.dump();
    if (answer.statusCode >= 300) throw new Error(`it answered ${answer.statusCode}`);
  }
}

function noticeOf({
  kind,
  account_id,
  conversation_id,
  erasure_id,
  about,
  text,
  raised_at,
  cleared_at,
}: AlertRecord): object {
  const status = cleared_at ? 'resolved' : 'firing';
  return {
    type: `${about === undefined ? 'account' : 'server'}.${kind}`,
    timestamp: (cleared_at ?? raised_at).toISOString(),
    data: {
      kind,
      status,
      account_id,
      conversation_id,
      erasure_id,
      about,
      text: cleared_at ? `Resolved: ${text}` : text,
    },
  };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith(base64Prefix)
    ? Buffer.from(secret.slice(base64Prefix.length), 'base64')
    : Buffer.from(secret);
}
