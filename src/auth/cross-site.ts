import type { IncomingHttpHeaders } from 'node:http';

const readingMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request that carries a session's cookie was made by a page of ours, as browsers say it: by `Sec-Fetch-Site`,
 * which no script can set, or by `Origin`. Reading needs neither, for the cookie is `SameSite=Strict` and answers are no
 * other site's to read; what acts needs one of them. What a person opens by hand (`none`) may read.
 * @param acts the route acts on GET, too
 * @param origins whose pages may act: ours, and the dashboard that is configured
 */
export function isFromOwnPage(
  { method, headers }: { method: string; headers: IncomingHttpHeaders },
  { acts, origins }: { acts: boolean; origins: readonly string[] },
): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || origins.includes(headers.origin ?? '')) return true;
  if (!readingMethods.has(method)) return false;
  return !acts || site === undefined || site === 'none';
}
