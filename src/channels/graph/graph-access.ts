import type { GraphAccess } from '#libs/graph-api';
import type { ChannelAccess } from '../outbound.port.js';

/** The Graph client's form of an access. */
export function graphAccessOf({ login, accessToken, externalId }: ChannelAccess): GraphAccess {
  return { login: login === 'facebook' ? 'facebook' : 'instagram', accessToken, igId: externalId };
}
