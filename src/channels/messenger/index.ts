import type { ChannelRegistration } from '../channels.module.js';
import { MessengerAdapter } from './messenger.adapter.js';

export const messenger = {
  channel: 'messenger',
  platform: 'meta_messenger',
  logins: ['facebook'],
  adapter: MessengerAdapter,
} as const satisfies ChannelRegistration;
