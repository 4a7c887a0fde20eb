import type { FetchPolicy } from '#libs/safe-fetch';
import type { AppConfig } from '../config/index.js';

/** Where Meta serves media of messages from. */
export const metaMediaHosts = ['.cdninstagram.com', '.fbcdn.net', '.fbsbx.com'];

/** What media may be fetched from, for copies and for people who look at them. */
export function mediaPolicy(config: AppConfig): FetchPolicy {
  return {
    allowedHosts: [...metaMediaHosts, ...config.MEDIA_EXTRA_HOSTS],
    maxBytes: config.MEDIA_MAX_BYTES,
    timeoutMs: 120_000,
    allowLocal: !config.isProduction && config.MEDIA_EXTRA_HOSTS.length > 0,
  };
}
