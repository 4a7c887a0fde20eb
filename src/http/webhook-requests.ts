import type { FastifyRequest } from 'fastify';

/** Whether a route belongs to Meta's door. */
export function isWebhookRoute(url = ''): boolean {
  return url.startsWith('/webhook/');
}

/** Whether a request came to Meta's door, whatever it wants there. */
export function isToWebhook({ routeOptions: { url } }: FastifyRequest): boolean {
  return isWebhookRoute(url);
}

/** Whether Meta delivers something: that is busy, and no browser has any business there. */
export function isDelivery(request: FastifyRequest): boolean {
  return request.method === 'POST' && isToWebhook(request);
}
