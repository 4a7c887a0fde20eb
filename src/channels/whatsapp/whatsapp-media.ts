import { GraphCallError, isObject, readText, type GraphClient } from '#libs/graph-api';
import type { CallOptions, ChannelMedia, MediaLink } from '../facets.port.js';
import type { ChannelAccess } from '../outbound.port.js';

/** Nothing else may ever get the token. */
const mediaHost = 'lookaside.fbsbx.com';

/** `GET /{media-id}`: a link for five minutes, which wants the token once more. */
export class WhatsAppMedia implements ChannelMedia {
  constructor(private readonly graph: GraphClient) {}

  async linkOf(
    { accessToken, externalId: accountId }: ChannelAccess,
    mediaId: string,
    options?: CallOptions,
  ): Promise<MediaLink> {
    const asked = { method: 'GET', path: [mediaId], query: { phone_number_id: accountId }, accountId } as const;
    const answer = await this.graph.request({ login: 'facebook', accessToken }, 'whatsapp_media', asked, options);
    const url = isObject(answer) ? readText(answer.url) : undefined;
    if (url === undefined) throw unreadable();
    return { url, credential: { authorization: `Bearer ${accessToken}`, hosts: [mediaHost] } };
  }
}

function unreadable(): GraphCallError {
  const route = { host: 'facebook', route: 'whatsapp_media', method: 'GET' } as const;
  const about = { reason: 'unreadable', delivered: 'unknown', httpStatus: 200 } as const;
  return new GraphCallError('The answer names no address of the file.', { ...route, ...about });
}
