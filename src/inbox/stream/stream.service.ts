import type { ServerResponse } from 'node:http';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Clock } from '#libs/clock';
import { AccountsService } from '../../accounts/index.js';
import { scopeOf, type Principal } from '../../auth/index.js';
import { TooManyRequestsError, UnauthenticatedError } from '../../errors/index.js';
import type { LiveEvent } from './live-event.js';
import { LiveFeedService } from './live-feed.service.js';
import { SseConnection } from './sse-connection.js';

/** Browsers open one stream per tab; more than this is a client that leaks them. */
const maxPerPrincipal = 20;
/** A token may have been taken back since: the client shows it again. */
const maxAgeMs = 3_600_000;

/** The streams of this process. */
@Injectable()
export class StreamService implements BeforeApplicationShutdown {
  private readonly open = new Map<SseConnection, string>();

  constructor(
    private readonly feed: LiveFeedService,
    private readonly accounts: AccountsService,
    private readonly clock: Clock,
  ) {}

  /** A stream would keep the server from closing. Clients come back, to another process, and continue. */
  beforeApplicationShutdown(): void {
    for (const connection of this.open.keys()) connection.end();
  }

  /**
   * Answers a request with a stream that stays open, an hour at most and no longer than the client's token is good.
   * @param after the last event the client saw, as it says
   * @param expiresAtS end of its token, seconds since epoch
   * @throws {NotFoundError | TooManyRequestsError} before the stream begins
   */
  async stream(
    principal: Principal,
    reply: FastifyReply,
    { accountId, after, expiresAtS }: { accountId?: string; after?: string; expiresAtS: number },
  ): Promise<void> {
    const name = `${principal.role}:${principal.userId}`;
    if ([...this.open.values()].filter((holder) => holder === name).length >= maxPerPrincipal) {
      throw new TooManyRequestsError(`More than ${maxPerPrincipal} streams are open already.`, { retryAfterS: 10 });
    }
    const account = accountId === undefined ? undefined : await this.accounts.getOwned(scopeOf(principal), accountId);
    const accepts = ({ userId, platformAccountId }: LiveEvent): boolean =>
      (principal.role === 'admin' || userId === principal.userId) &&
      (account === undefined || platformAccountId === account._id);
    const tenant = principal.role === 'admin' ? undefined : principal.userId;
    let attached = false;
    const ageMs = Math.min(maxAgeMs, expiresAtS * 1000 - this.clock.now());
    // Good for a request a little longer; a stream would end at once, and its client come back at once.
    if (ageMs <= 0) throw new UnauthenticatedError('The Bearer token has expired.');
    const latest = (): string | undefined => (attached ? this.feed.latest : undefined);
    const connection = new SseConnection(begin(reply), ageMs, accepts, latest, tenant);
    this.open.set(connection, name);
    reply.raw.on('close', () => {
      this.open.delete(connection);
      this.feed.detach(connection);
    });
    await this.feed.attach(connection, after);
    attached = true;
    connection.ready(this.feed.latest);
  }
}

function begin(reply: FastifyReply): ServerResponse {
  // Set by the hooks (security, CORS): Fastify would have written them.
  const headers = reply.getHeaders() as Record<string, string | string[] | number>;
  reply.hijack();
  reply.raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  reply.raw.write('retry: 3000\n\n');
  return reply.raw;
}
