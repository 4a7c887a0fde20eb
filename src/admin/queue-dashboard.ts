import { createBullBoard } from '@bull-board/api';
import { BullAdapter } from '@bull-board/api/bullAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TokenService, type AuthenticatedRequest, type Principal } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { AppError, ForbiddenError, UnauthenticatedError } from '../errors/index.js';
import { JobQueue, queueNames } from '../queue/index.js';
import { loginPage } from './login-page.js';

const basePath = '/admin/queues';
const cookieName = 'queue_dashboard';
/** A page that stays open on a screen; after an hour the token is asked for again. */
const sessionS = 3_600;

/**
 * Bull's dashboard at `/admin/queues`, for the role admin. A browser can't send a Bearer header with a page, so a form
 * takes the token once and exchanges it for a cookie that reaches nothing but the dashboard. A token in the address
 * would stay in histories and proxies' logs.
 */
@Injectable()
export class QueueDashboard implements OnModuleInit {
  private readonly logger = new Logger(QueueDashboard.name);

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly queue: JobQueue,
    private readonly tokens: TokenService,
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
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    void fastify.register(
      async (room) => {
        this.acceptForms(room);
        room.post('/session', (request, reply) => this.openSession(request, reply));
        await room.register(async (guarded) => {
          guarded.addHook('onRequest', (request, reply) => this.admit(request, reply));
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
      const principal = await this.adminOf(typeof token === 'string' ? token.trim() : undefined);
      (request as AuthenticatedRequest).principal = principal;
      const session = await this.tokens.sign(principal, sessionS);
      const secure = this.config.API_URL.startsWith('https:') ? '; Secure' : '';
      const cookie = `${cookieName}=${session}; Path=${basePath}; Max-Age=${sessionS}; HttpOnly; SameSite=Strict${secure}`;
      return await reply.header('set-cookie', cookie).redirect(basePath, 303);
    } catch (error) {
      return this.refuse(error, request, reply);
    }
  }

  private async admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const bearer = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const cookie = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w.-]+)`).exec(request.headers.cookie ?? '')?.[1];
    try {
      (request as AuthenticatedRequest).principal = await this.adminOf(bearer ?? cookie);
      return undefined;
    } catch (error) {
      return this.refuse(error, request, reply);
    }
  }

  private async adminOf(token: string | undefined): Promise<Principal> {
    if (token === undefined) throw new UnauthenticatedError('The queue dashboard needs a token of the role admin.');
    const principal = await this.tokens.verify(token);
    if (principal.role !== 'admin') throw new ForbiddenError('The queue dashboard is for the role admin.');
    return principal;
  }

  /** Not thrown: the dashboard's own error handler would make a 500 of it. */
  private refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (!(error instanceof AppError)) throw error;
    this.logger.debug({ msg: 'queue dashboard refused', code: error.code });
    void reply.status(error.status);
    const { code, message } = error;
    if (request.headers.accept?.includes('text/html'))
      return reply.type('text/html; charset=utf-8').send(loginPage(message));
    return reply.send({ success: false, error: message, code, request_id: request.id });
  }
}
