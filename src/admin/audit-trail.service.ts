import { createHmac } from 'node:crypto';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../auth/index.js';
import { AppConfig } from '../config/index.js';
import { AuditLogRepository } from './audit-log.repository.js';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Digits alone, more than a count has; 24 may be an id of ours. */
const metaIds = /\b(?!\d{24}\b)\d{10,}\b/g;

/**
 * Writes down every change an admin asks for, on whatever route, before the answer goes out: a new route can't be
 * forgotten. The log line is there too, should the store be the thing that is broken.
 */
@Injectable()
export class AuditTrailService implements OnModuleInit {
  private readonly logger = new Logger(AuditTrailService.name);
  private readonly targetKey: Buffer;

  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly log: AuditLogRepository,
    config: AppConfig,
  ) {
    this.targetKey = config.JWT_SECRET.deriveKey('audit target v1');
  }

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onSend', (request, reply, payload: unknown) => this.note(request, reply, payload));
  }

  private async note(request: AuthenticatedRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const { principal } = request;
    if (principal?.role !== 'admin' || readingMethods.has(request.method)) return payload;
    const entry = {
      actor: principal.actor,
      action: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
      target: this.targetOf(request.params),
      status: reply.statusCode,
      request_id: request.id,
    };
    this.logger.log({ msg: 'an admin changed something', ...entry });
    await this.log.append(entry).catch((error: unknown) => {
      this.logger.error({ msg: 'an admin’s action could not be written to the audit log', ...entry, err: error });
    });
    return payload;
  }

  /**
   * Our ids as they are. Meta's stand for people, whom an erasure must reach everywhere while entries are never changed:
   * of those a keyed hash, by which entries about the same one are still found.
   */
  private targetOf(params: unknown): Record<string, string> {
    const hidden = (id: string): string => `hmac:${createHmac('sha256', this.targetKey).update(id).digest('hex')}`;
    const named = Object.entries({ ...(params as Record<string, string> | undefined) });
    return Object.fromEntries(named.map(([name, value]) => [name, value.replace(metaIds, hidden)]));
  }
}
