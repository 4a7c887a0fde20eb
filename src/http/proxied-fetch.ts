import { EnvHttpProxyAgent } from 'undici';
import type { EgressProxy } from '../config/index.js';

type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** The same `fetch`, through the proxy where there is one. Node's own takes a dispatcher, whatever types say of its kind. */
export function proxiedFetch(fetch: Fetch, proxy: EgressProxy | undefined): Fetch {
  if (!proxy) return fetch;
  const dispatcher = new EnvHttpProxyAgent(proxy);
  return (url, init) => fetch(url, Object.assign({}, init, { dispatcher }));
}
