import { Injectable, Logger } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { Clock } from '#libs/clock';
import { FetchRefusedError, RequestFailedError, safeRequest } from '#libs/safe-fetch';
import { TokenCipherError } from '#libs/token-cipher';
import { AppConfig } from '../../config/index.js';
import { metrics } from '../../observability/index.js';
import { EndpointSecretsService } from '../endpoints/endpoint-secrets.service.js';
import type { WebhookEndpoint } from '../endpoints/webhook-endpoints.repository.js';
import type { EndpointAttempt } from './endpoint-message.schema.js';
import type { EventBody } from './event-bodies.service.js';

/** For connecting, posting and the whole response. */
export const attemptTimeoutMs = 10_000;
/** Nothing of what a receiver says is kept. */
const maxBytes = 64 * 1_024;
const agentName = 'DM-Webhooks/1';

/** Whether an attempt is a success: 2xx alone. */
export function isTaken({ status = 0 }: EndpointAttempt): boolean {
  return status >= 200 && status < 300;
}

/** Posts to endpoints, signed as Standard Webhooks has it: to public addresses alone, bounded in time, no redirect followed. */
@Injectable()
export class EndpointCallerService {
  private readonly logger = new Logger(EndpointCallerService.name);

  constructor(
    private readonly secrets: EndpointSecretsService,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  /** Whether an address may be an endpoint's: not this server's own, and https but in development. */
  urlProblem(address: string): string | undefined {
    const url = URL.canParse(address) ? new URL(address) : undefined;
    const isAllowed = url?.protocol === 'https:' || (url?.protocol === 'http:' && !this.config.isProduction);
    if (!url || !isAllowed) return 'expected an https address';
    if (url.username || url.password || url.hash) return 'expected an address without user, password or fragment';
    if (url.host === new URL(this.config.API_URL).host) return 'must not be this server itself';
    return undefined;
  }

  /**
   * @param id the same at every attempt: by it receivers drop repeats
   * @throws whatever the signal was aborted with, and nothing else
   */
  async post(endpoint: WebhookEndpoint, id: string, event: EventBody, signal?: AbortSignal): Promise<EndpointAttempt> {
    const at = this.clock.date();
    const began = performance.now();
    const outcome = await this.attempt(endpoint, id, event, signal);
    const attempt = { at, ...outcome, ms: Math.round(performance.now() - began) };
    const result = attempt.status === undefined ? 'no_answer' : isTaken(attempt) ? 'taken' : 'refused';
    metrics.endpointAttempts.observe({ result }, attempt.ms / 1_000);
    return attempt;
  }

  private async attempt(
    { _id: endpointId, url, secrets }: WebhookEndpoint,
    id: string,
    event: EventBody,
    signal?: AbortSignal,
  ): Promise<Pick<EndpointAttempt, 'status' | 'reason'>> {
    try {
      const body = JSON.stringify(event);
      const now = this.clock.date();
      const signing = secrets.filter(({ ends_at }) => !ends_at || ends_at > now);
      const signatures = signing.map(({ sealed }) =>
        new Webhook(this.secrets.open(sealed, endpointId)).sign(id, now, body),
      );
      const headers = {
        'content-type': 'application/json',
        'user-agent': agentName,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': signatures.join(' '),
      };
      const policy = {
        allowedHosts: [new URL(url).hostname.replace(/^\[|\]$/g, '')],
        maxBytes,
        timeoutMs: attemptTimeoutMs,
        // A receiver beside a developer; production knows none.
        allowLocal: !this.config.isProduction,
      };
      const { status } = await safeRequest(url, { method: 'POST', headers, body }, policy, signal);
      return { status };
    } catch (error) {
      signal?.throwIfAborted();
      return { reason: this.reasonOf(error, endpointId) };
    }
  }

  private reasonOf(error: unknown, endpointId: string): string {
    if (error instanceof FetchRefusedError) return error.reason;
    if (error instanceof RequestFailedError) {
      if (error.timedOut) return 'timeout';
      return error.mayHaveArrived ? 'cut_off' : 'unreachable';
    }
    if (!(error instanceof TokenCipherError)) throw error;
    this.logger.warn({ msg: 'the secret of a webhook endpoint does not open', endpoint_id: endpointId, err: error });
    return 'secret_unreadable';
  }
}
