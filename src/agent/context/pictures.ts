import { checkUrl, FetchRefusedError, type FetchPolicy } from '#libs/safe-fetch';
import type { AppConfig } from '../../config/index.js';

/** Meta's hosts for what people send. */
const metaCdn = ['.fbsbx.com', '.fbcdn.net', '.cdninstagram.com'];

/** Each picture costs tokens, and an album can hold ten. */
export const maxPictures = 4;

/** From Meta's CDN alone; MEDIA_EXTRA_HOSTS adds a local Instagram's host, which has no TLS, outside production. */
export function mediaPolicy(
  config: Pick<AppConfig, 'MEDIA_EXTRA_HOSTS' | 'isProduction'>,
  link: string,
): Omit<FetchPolicy, 'maxBytes' | 'timeoutMs'> {
  const { MEDIA_EXTRA_HOSTS: extra, isProduction } = config;
  const isExtra = URL.canParse(link) && extra.includes(new URL(link).hostname);
  return { allowedHosts: [...metaCdn, ...extra], allowLocal: isExtra && !isProduction };
}

/** Whether a link may be handed to the model's provider, who fetches it: nobody may make them fetch something else. */
export function mayShowPicture(link: string, config: Pick<AppConfig, 'MEDIA_EXTRA_HOSTS' | 'isProduction'>): boolean {
  try {
    checkUrl(link, { ...mediaPolicy(config, link), maxBytes: 0, timeoutMs: 0 });
    return true;
  } catch (error) {
    if (error instanceof FetchRefusedError) return false;
    throw error;
  }
}
