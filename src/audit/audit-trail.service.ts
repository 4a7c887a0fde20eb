import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AuthenticatedRequest } from '../auth/index.js';
import { AuditService } from './audit.service.js';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Digits alone, more than a count has; 24 may be an id of ours. */
const metaIds = /\b(?!\d{24}\b)\d{10,}\b/g;

/**
 * The net under what rooms say themselves: every change an admin asks for, on whatever route, is written down before the
 * answer goes out, refused ones too. A new route of theirs can't be forgotten.
 */
@Injectable()
export class AuditTrailService implements OnModuleInit {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly audit: AuditService,
  ) {}

  onModuleInit(): void {
    const fastify = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onSend', (request, reply, payload: unknown) => this.note(request, reply, payload));
  }

  private async note(request: AuthenticatedRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
    const { principal } = request;
    if (principal?.role !== 'admin' || readingMethods.has(request.method)) return payload;
    if (reply.statusCode < 400 && this.audit.isRecorded(request)) return payload;
    await this.audit.recordRequest(request, principal, {
      action: `${request.method} ${request.routeOptions.url ?? 'unknown'}`,
      target: this.targetOf(request.params),
      status: reply.statusCode,
    });
    return payload;
  }

  /** Our ids as they are; Meta's stand for people. */
  private targetOf(params: unknown): Record<string, string> {
    const named = Object.entries({ ...(params as Record<string, string> | undefined) });
    return Object.fromEntries(
      named.map(([name, value]) => [name, value.replace(metaIds, (id) => this.audit.hidden(id))]),
    );
  }
}
