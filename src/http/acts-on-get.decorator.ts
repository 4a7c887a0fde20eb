import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyContextConfig, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** GET has an effect or never ends: HEAD, which Fastify would answer by running it, is refused. */
    actsOnGet?: boolean;
    /** A GET that runs in a context of its own, as what changes something does. */
    inContext?: boolean;
    /** Of the CORS plugin, for one route. */
    cors?: { origin: false };
  }
}

/**
 * Marks a GET that uses something up, asks Meta, or does not end. Link checkers and browsers that look ahead send HEAD
 * to whatever address they see; it must do nothing, so these routes don't take it.
 * @param how `changes`: something is written down, and who asked with it
 */
export const ActsOnGet = (how?: 'changes'): MethodDecorator =>
  RouteConfig({ actsOnGet: true, inContext: how === 'changes' } satisfies FastifyContextConfig);

/** Marks a GET of which the audit log must know who asked. */
export const InContext = (): MethodDecorator => RouteConfig({ inContext: true } satisfies FastifyContextConfig);

export function isHeadOfActing(request: FastifyRequest): boolean {
  return request.method === 'HEAD' && request.routeOptions.config.actsOnGet === true;
}
