import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** GET has an effect or never ends: HEAD, which Fastify would answer by running it, is refused. */
    actsOnGet?: boolean;
    /** Of the CORS plugin, for one route. */
    cors?: { origin: false };
  }
}

/**
 * Marks a GET that uses something up, asks Meta, or does not end. Link checkers and browsers that look ahead send HEAD
 * to whatever address they see; it must do nothing, so these routes don't take it.
 */
export const ActsOnGet = (): MethodDecorator => RouteConfig({ actsOnGet: true } satisfies { actsOnGet: boolean });

export function isHeadOfActing(request: FastifyRequest): boolean {
  return request.method === 'HEAD' && request.routeOptions.config.actsOnGet === true;
}
