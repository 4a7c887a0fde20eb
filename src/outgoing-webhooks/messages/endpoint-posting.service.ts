import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { JobQueueService } from '../../queue/index.js';
import { EndpointSwitchService } from '../endpoints/endpoint-switch.service.js';
import { WebhookEndpointsRepository, type WebhookEndpoint } from '../endpoints/webhook-endpoints.repository.js';
import { EndpointCallerService, isTaken } from './endpoint-caller.service.js';
import type { EndpointAttempt } from './endpoint-message.schema.js';
import { EndpointMessagesRepository, type EndpointMessage } from './endpoint-messages.repository.js';
import { EventBodiesService } from './event-bodies.service.js';
import { retryPauseMs } from './retry-pauses.js';

/** At once, to one endpoint; to one that fails, one. */
const width = 8;
/** Claimed together. */
const roundSize = 64;
const runMs = 45_000;
/** Longer than a run with its last attempts. */
const leaseMs = 90_000;
/** Longer than an attempt: a message whose worker died is tried again after it. */
const claimMs = 60_000;
/** An endpoint that took nothing for so long is disabled. */
const patienceMs = 3 * 24 * 3_600_000;

/**
 * Posts to an endpoint what is due, at least once each. One worker at a time serves an endpoint, and one that fails is
 * tried with a single message a round: a receiver that hangs holds up nobody else.
 */
@Injectable()
export class EndpointPostingService {
  private readonly logger = new Logger(EndpointPostingService.name);

  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly bodies: EventBodiesService,
    private readonly caller: EndpointCallerService,
    private readonly switches: EndpointSwitchService,
    private readonly jobs: JobQueueService,
    private readonly clock: Clock,
  ) {}

  async run(endpointId: string, signal: AbortSignal): Promise<void> {
    const lease = new Date(this.clock.now() + leaseMs);
    const endpoint = await this.endpoints.claimPosting(endpointId, lease);
    if (!endpoint) return;
    let goOn: boolean;
    try {
      goOn = await this.postDue(endpoint, signal);
    } finally {
      await this.endpoints.releasePosting(endpointId, lease);
    }
    // What came while the endpoint was held found it taken.
    if (goOn && (await this.messages.isDue(endpointId)))
      await this.jobs.add('post-to-endpoint', { endpoint_id: endpointId });
  }

  /** What lost its job. */
  async sweep(): Promise<void> {
    for (const endpoint_id of await this.endpoints.findIdsWithDue(this.clock.date()))
      await this.jobs.add('post-to-endpoint', { endpoint_id });
  }

  /** @returns whether what is left may be posted at once, and not at the sweep's next look */
  private async postDue(held: WebhookEndpoint, signal: AbortSignal): Promise<boolean> {
    const until = performance.now() + runMs;
    let endpoint: WebhookEndpoint | null = held;
    while (!signal.aborted && performance.now() < until) {
      const due = await this.messages.claimDue(endpoint._id, endpoint.failing_since ? 1 : roundSize, claimMs);
      if (due.length === 0) return true;
      await this.postRound(endpoint, due, signal);
      endpoint = await this.endpoints.findServed(endpoint._id, held.posting_until);
      if (!endpoint || endpoint.failing_since) return false;
    }
    return !signal.aborted;
  }

  /** Some at once, in order; what is left when one is not taken is given back. */
  private async postRound(endpoint: WebhookEndpoint, due: EndpointMessage[], signal: AbortSignal): Promise<void> {
    const waiting = [...due];
    let isFailing = false;
    const postNext = async (): Promise<void> => {
      for (let message = waiting.shift(); message; message = waiting.shift()) {
        if (isFailing || signal.aborted) await this.messages.release(message);
        else if (!(await this.post(endpoint, message, signal))) isFailing = true;
      }
    };
    await Promise.all(Array.from({ length: width }, postNext));
  }

  /** @returns `false` when it was not taken */
  private async post(endpoint: WebhookEndpoint, message: EndpointMessage, signal: AbortSignal): Promise<boolean> {
    try {
      const body = await this.bodies.of(message);
      if (!body) {
        await this.messages.withdraw(message);
        return true;
      }
      const attempt = await this.caller.post(endpoint, message._id, body, signal);
      await this.settle(endpoint, message, attempt);
      return isTaken(attempt);
    } catch (error) {
      if (!signal.aborted) throw error;
      await this.messages.release(message);
      return false;
    }
  }

  private async settle(endpoint: WebhookEndpoint, message: EndpointMessage, attempt: EndpointAttempt): Promise<void> {
    if (isTaken(attempt)) {
      await this.messages.noteAttempt(message, attempt, 'delivered');
      if (endpoint.failing_since) await this.endpoints.noteSuccess(endpoint._id);
      return;
    }
    const pauseMs = retryPauseMs(message.tries + 1);
    const nextAt = pauseMs === undefined ? undefined : new Date(this.clock.now() + pauseMs);
    await this.messages.noteAttempt(message, attempt, nextAt ? 'queued' : 'failed', nextAt);
    this.logger.debug({ msg: 'an endpoint did not take a message', endpoint_id: endpoint._id, ...attempt });
    const failingSince = await this.endpoints.noteFailure(endpoint._id);
    if (attempt.status === 410) await this.switches.disable(endpoint._id, 'gone');
    else if (failingSince && this.clock.now() - failingSince.getTime() >= patienceMs)
      await this.switches.disable(endpoint._id, 'failing');
  }
}
