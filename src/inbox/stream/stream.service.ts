import type { ServerResponse } from 'node:http';
import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Clock } from '#libs/clock';
import { AccountsService } from '../../accounts/index.js';
import { scopeOf, SessionsService, type Principal } from '../../auth/index.js';
import { TooManyRequestsError, UnauthenticatedError } from '../../errors/index.js';
import type { StreamedEvent } from './live-event.js';
import { LiveFeedService } from './live-feed.service.js';
import { SseConnection } from './sse-connection.js';

/** Of one person. Browsers open one stream per tab; more than this is a client that leaks them. */
const maxPerPrincipal = 20;
/** How long a session that was ended may still hear something. */
const sessionCheckMs = 30_000;
/** A token may have been taken back since: the client shows it again. */
const maxAgeMs = 3_600_000;

/** The streams of this process. */
@Injectable()
export class StreamService implements BeforeApplicationShutdown {
  private readonly logger = new Logger(StreamService.name);
  private readonly open = new Map<SseConnection, { name: string; sessionId?: string }>();
  private sessionCheck?: NodeJS.Timeout;

  constructor(
    private readonly feed: LiveFeedService,
    private readonly accounts: AccountsService,
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
  ) {}

  /** A stream would keep the server from closing. Clients come back, to another process, and continue. */
  beforeApplicationShutdown(): void {
    clearInterval(this.sessionCheck);
    for (const connection of this.open.keys()) connection.end();
  }

  /**
   * Answers a request with a stream that stays open, an hour at most and no longer than the client's token is good.
   * @param after the last event the client saw, as it says
   * @param expiresAtS end of its token or session, seconds since epoch
   * @param sessionId whose end ends the stream too, within half a minute
   * @throws {NotFoundError | TooManyRequestsError} before the stream begins
   */
  async stream(
    principal: Principal,
    reply: FastifyReply,
    {
      accountId,
      after,
      expiresAtS,
      sessionId,
    }: { accountId?: string; after?: string; expiresAtS: number; sessionId?: string },
  ): Promise<void> {
    const name = `${principal.role}:${principal.tenant}:${principal.actor}`;
    if ([...this.open.values()].filter((holder) => holder.name === name).length >= maxPerPrincipal) {
      throw new TooManyRequestsError(`More than ${maxPerPrincipal} streams are open already.`, { retryAfterS: 10 });
    }
    const account = accountId === undefined ? undefined : await this.accounts.getOwned(scopeOf(principal), accountId);
    const accepts = ({ userId, platformAccountId }: StreamedEvent): boolean =>
      (principal.role === 'admin' || userId === principal.tenant) &&
      (account === undefined || platformAccountId === account._id);
    const tenant = principal.role === 'admin' ? undefined : principal.tenant;
    let attached = false;
    const ageMs = Math.min(maxAgeMs, expiresAtS * 1000 - this.clock.now());
    // Good for a request a little longer; a stream would end at once, and its client come back at once.
    if (ageMs <= 0) throw new UnauthenticatedError('The token or session has ended.');
    const latest = (): string | undefined => (attached ? this.feed.latest : undefined);
    const connection = new SseConnection(begin(reply), ageMs, accepts, latest, tenant);
    this.open.set(connection, { name, ...(sessionId === undefined ? {} : { sessionId }) });
    this.sessionCheck ??= setInterval(() => void this.endWithSessions(), sessionCheckMs).unref();
    reply.raw.on('close', () => {
      this.open.delete(connection);
      this.feed.detach(connection);
    });
    await this.feed.attach(connection, after);
    attached = true;
    connection.ready(this.feed.latest);
  }

  /** Tells those who may hear it, now and never again: it has no place among what a returning client is told. */
  tell(event: Omit<StreamedEvent, 'id'>): void {
    const told = { id: '', ...event };
    for (const connection of this.open.keys()) if (connection.accepts(told)) connection.offer(told);
  }

  /** Ends the streams of people who were signed out in the meantime. */
  async endWithSessions(): Promise<void> {
    const held = [...this.open.values()].flatMap(({ sessionId }) => (sessionId === undefined ? [] : [sessionId]));
    try {
      const live = await this.sessions.liveAmong([...new Set(held)]);
      for (const [connection, { sessionId }] of this.open)
        if (sessionId !== undefined && held.includes(sessionId) && !live.has(sessionId)) connection.end();
    } catch (error) {
      this.logger.warn({ msg: 'could not look whose session has ended; looking again', err: error });
    }
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
