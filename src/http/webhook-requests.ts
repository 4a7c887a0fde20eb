import type { FastifyRequest } from 'fastify';

/** Whether a request came to Meta's door, whatever it wants there. */
export function isToWebhook({ routeOptions: { url } }: FastifyRequest): boolean {
  return url?.startsWith('/webhook/') ?? false;
}

/** Whether Meta delivers something: that is busy, and no browser has any business there. */
export function isDelivery(request: FastifyRequest): boolean {
  return request.method === 'POST' && isToWebhook(request);
}
