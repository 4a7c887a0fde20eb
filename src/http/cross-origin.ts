import type { AppConfig } from '../config/index.js';

/** Response headers that a dashboard's scripts may read. */
export const exposedHeaders = ['retry-after', 'ratelimit-remaining', 'x-request-id'];

/** An origin has no path, the dashboard's address may. In production a dashboard that is not set lets no browser in. */
export function dashboardOrigins({ FRONTEND_URL: url, frontendIsSet, isProduction }: AppConfig): string[] {
  return frontendIsSet || !isProduction ? [new URL(url).origin] : [];
}

/**
 * What lets the dashboard's browser see an answer. A preflight is answered by the CORS plugin; these go on every other
 * answer from its very beginning, because a refusal without them is a "network error" there, whatever it says.
 * @returns the headers for a request from this origin; of one that sent none, or that nobody could read: the dashboard's
 */
export function crossOriginHeaders(config: AppConfig): (origin?: string) => Record<string, string> {
  const allowed = dashboardOrigins(config);
  return (origin = allowed[0]) => ({
    vary: 'Origin',
    ...(origin !== undefined && allowed.includes(origin)
      ? {
          'access-control-allow-origin': origin,
          'access-control-allow-credentials': 'true',
          'access-control-expose-headers': exposedHeaders.join(', '),
        }
      : {}),
  });
}
