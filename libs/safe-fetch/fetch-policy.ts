import ipaddr from 'ipaddr.js';

/** What may be asked for, and from where. */
export interface FetchPolicy {
  /** Host names; one that starts with a dot allows everything below it (`.cdninstagram.com`), `*` any public one. */
  allowedHosts: readonly string[];
  maxBytes: number;
  /** For the whole download, redirects included. */
  timeoutMs: number;
  maxRedirects?: number;
  /** Lets `http:` and private addresses pass. For a local stand-in only; production settings must not be able to set it. */
  allowLocal?: boolean;
}

export type RefusalReason =
  'not_https' | 'host_not_allowed' | 'private_address' | 'too_many_redirects' | 'too_large' | 'bad_status' | 'bad_url';

/** The download was refused or could not be trusted. The message holds no query string: Meta's links are signed. */
export class FetchRefusedError extends Error {
  override readonly name = 'FetchRefusedError';

  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
  }
}

/** The server can't answer for now; the same link may be answered later. */
export class FetchUnavailableError extends Error {
  override readonly name = 'FetchUnavailableError';
}

/** @throws {FetchRefusedError} when this URL, first or redirected to, may not be asked */
export function checkUrl(value: string, policy: FetchPolicy): URL {
  if (!URL.canParse(value)) throw new FetchRefusedError('bad_url', 'The link is not a URL.');
  const url = new URL(value);
  const local = policy.allowLocal === true && url.protocol === 'http:';
  if (url.protocol !== 'https:' && !local) throw new FetchRefusedError('not_https', 'Only https links are followed.');
  if (url.username || url.password) throw new FetchRefusedError('bad_url', 'A link with credentials is not followed.');
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const allowed = policy.allowedHosts.some(
    (entry) => entry === '*' || (entry.startsWith('.') ? host.endsWith(entry) : host === entry),
  );
  if (!allowed) throw new FetchRefusedError('host_not_allowed', `${host} is not among the allowed hosts.`);
  // URL has turned 0x7f.1 and 2130706433 into dotted form already.
  if (ipaddr.isValid(host)) checkAddress(host, policy);
  return url;
}

/**
 * Checked where the connection is made, not before: a name may resolve to another address the second time.
 * @throws {FetchRefusedError} for anything but a public unicast address
 */
export function checkAddress(address: string, policy: FetchPolicy): void {
  if (policy.allowLocal) return;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') {
    throw new FetchRefusedError('private_address', 'The link leads to an address that is not public.');
  }
}
