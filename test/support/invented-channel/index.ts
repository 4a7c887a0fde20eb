import type { ChannelRegistration } from '../../../src/channels/index.js';
import { INVENTED_URL, InventedAdapter } from './invented.adapter.js';

export { InventedServer, inventedToken } from './invented-server.js';
export type { InventedBody } from './invented-webhook.js';
export { textCharacters } from './invented.adapter.js';

/** All it takes to give the product another channel. */
export const inventedChannel = (url: string): ChannelRegistration => ({
  channel: 'invented',
  platform: 'invented_post',
  logins: ['invented'],
  adapter: InventedAdapter,
  providers: [{ provide: INVENTED_URL, useValue: url }],
});
