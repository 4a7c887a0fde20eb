import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../auth/index.js';
import { AuditLog } from './audit-log.repository.js';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Writes down every change an admin asks for, on whatever route, before the answer goes out: a new route can't be
 * forgotten. The log line is there too, should the store be the thing that is broken.
 */
@Injectable()
export class AuditTrail implements OnModuleInit {
  private readonly logger = new Logger(AuditTrail.name);

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly log: AuditLog,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onSend', (request, reply, payload: unknown) => this.note(request, reply, payload));
  }

  private async note(request: AuthenticatedRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const { principal } = request;
    if (principal?.role !== 'admin' || readingMethods.has(request.method)) return payload;
    const entry = {
      actor: principal.userId,
      action: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
      target: { ...(request.params as Record<string, string>) },
      status: reply.statusCode,
      request_id: request.id,
    };
    this.logger.log({ msg: 'an admin changed something', ...entry });
    await this.log.append(entry).catch((error: unknown) => {
      this.logger.error({ msg: 'an admin’s action could not be written to the audit log', ...entry, err: error });
    });
    return payload;
  }
}
