import type { ChannelRegistration } from '../channels.module.js';
import { InstagramAdapter } from './instagram.adapter.js';

export const instagram: ChannelRegistration = {
  channel: 'instagram',
  platform: 'meta_instagram',
  logins: ['instagram', 'facebook'],
  adapter: InstagramAdapter,
};
