import type { GraphAccess, GraphLogin } from '#libs/graph-api';
import type { ChannelAccess } from '../outbound.port.js';

/** Meta has two; whatever else a login is called, it is not Facebook's. */
export const graphLoginOf = (login: string): GraphLogin => (login === 'facebook' ? 'facebook' : 'instagram');

/** The Graph client's form of an access. */
export function graphAccessOf({ login, accessToken, externalId }: ChannelAccess): GraphAccess {
  return { login: graphLoginOf(login), accessToken, igId: externalId };
}
