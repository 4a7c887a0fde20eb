import { createBullBoard } from '@bull-board/api';
import { BullAdapter } from '@bull-board/api/bullAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusedTokensService, TokenService, type AuthenticatedRequest, type Principal } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import {
  answerTo,
  AppError,
  ForbiddenError,
  UnauthenticatedError,
  UnavailableError,
  writeHead,
} from '../errors/index.js';
import { JobQueueService, queueNames } from '../queue/index.js';
import { loginPage } from './login-page.js';

const basePath = '/admin/queues';
const cookieName = 'queue_dashboard';
const purpose = 'queue dashboard';
const needed = 'The queue dashboard needs a token of the role admin.';
/** A page that stays open on a screen; after an hour, or when the token itself ends, it is asked for again. */
const sessionS = 3_600;

/**
 * Bull's dashboard at `/admin/queues`, for the role admin. A browser can't send a Bearer header with a page, so a form
 * takes the token once and exchanges it for a cookie that opens nothing but the dashboard, wherever it is shown. A token
 * in the address would stay in histories and proxies' logs.
 */
@Injectable()
export class QueueDashboardService implements OnModuleInit {
  private readonly logger = new Logger(QueueDashboardService.name);

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly queue: JobQueueService,
    private readonly tokens: TokenService,
    private readonly refused: RefusedTokensService,
    private readonly config: AppConfig,
  ) {}

  onModuleInit(): void {
    const board = new FastifyAdapter();
    board.setBasePath(basePath);
    createBullBoard({
      queues: queueNames.map((name) => new BullAdapter(this.queue.queue(name))),
      serverAdapter: board,
      options: { uiConfig: { boardTitle: 'Instagram DMs', hideRedisDetails: true } },
    });
    // Its own answer would carry the driver's words; thrown on, the error is answered by the room's handler.
    board.setErrorHandler((error) => {
      throw error;
    });
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    void fastify.register(
      async (room) => {
        room.setErrorHandler((error, request, reply) => this.fail(error, request, reply));
        this.acceptForms(room);
        room.post('/session', (request, reply) => this.openSession(request, reply));
        await room.register(async (guarded) => {
          guarded.addHook('onRequest', (request, reply) => this.guard(request, reply));
          guarded.addHook('preSerialization', async (request, reply, body) => inOurShape(body, request, reply));
          await guarded.register(board.registerPlugin());
        });
      },
      { prefix: basePath },
    );
  }

  private acceptForms(room: FastifyInstance): void {
    const form = 'application/x-www-form-urlencoded';
    room.removeContentTypeParser(form);
    room.addContentTypeParser(form, { parseAs: 'string' }, (_request, body: string, done) =>
      done(null, Object.fromEntries(new URLSearchParams(body))),
    );
  }

  private async openSession(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { token } = (request.body ?? {}) as { token?: unknown };
    try {
      const given = typeof token === 'string' ? token.trim() : '';
      if (given === '') throw new UnauthenticatedError(needed);
      const session = await this.refused.counting(request.ip, () => this.tokens.exchange(given, purpose, sessionS));
      admit(request, session.principal);
      const secure = this.config.API_URL.startsWith('https:') ? '; Secure' : '';
      const attributes = `Path=${basePath}; Max-Age=${session.ttlS}; HttpOnly; SameSite=Strict${secure}`;
      return await reply.header('set-cookie', `${cookieName}=${session.token}; ${attributes}`).redirect(basePath, 303);
    } catch (error) {
      return this.refuse(error, request, reply);
    }
  }

  private async guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const session = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w.-]+)`).exec(request.headers.cookie ?? '')?.[1];
    const token = bearer ?? session;
    try {
      if (token === undefined) throw new UnauthenticatedError(needed);
      const opens = bearer === undefined ? purpose : 'api';
      admit(request, await this.refused.counting(request.ip, () => this.tokens.verify(token, opens)));
      return undefined;
    } catch (error) {
      return this.refuse(error, request, reply);
    }
  }

  /** What a token's bearer is told: a browser is shown the form again. */
  private refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (!(error instanceof AppError) || !request.headers.accept?.includes('text/html'))
      return this.fail(error, request, reply);
    this.logger.debug({ msg: 'queue dashboard refused', code: error.code });
    return writeHead(reply, answerTo(error, request.id))
      .type('text/html; charset=utf-8')
      .send(loginPage(error.message));
  }

  /** The one shape of an error, whoever found the fault: Nest's filters don't reach here. */
  private fail(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const answer = answerTo(this.understood(thrown), request.id);
    const entry = { msg: 'queue dashboard refused', code: answer.body.code, request_id: request.id };
    if (answer.level === 'error') this.logger.error({ ...entry, err: thrown });
    else this.logger.debug(entry);
    return writeHead(reply, answer).send(answer.body);
  }

  /** Redis is all that the dashboard works on: what goes wrong while it is away goes wrong for that. */
  private understood(thrown: unknown): unknown {
    if (thrown instanceof AppError || this.queue.isReachable) return thrown;
    return new UnavailableError('Redis is not reachable right now.', { cause: thrown, retryAfterS: 5 });
  }
}

/** The dashboard names its refusals by the key of a translation. */
function inOurShape(body: unknown, request: FastifyRequest, { statusCode }: FastifyReply): unknown {
  const key = (body as { error?: { key?: unknown } } | null)?.error?.key;
  if (statusCode < 400 || typeof key !== 'string') return body;
  const words = key
    .replace(/^ERRORS\./, '')
    .replaceAll('_', ' ')
    .toLowerCase();
  const error = Object.assign(new Error(`The queue dashboard refused: ${words}.`), { statusCode });
  return answerTo(error, request.id).body;
}

/** @throws {ForbiddenError} */
function admit(request: AuthenticatedRequest, principal: Principal): void {
  if (principal.role !== 'admin') throw new ForbiddenError('The queue dashboard is for the role admin.');
  request.principal = principal;
}
