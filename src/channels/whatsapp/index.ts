import type { ChannelRegistration } from '../channels.module.js';
import { WhatsAppAdapter } from './whatsapp.adapter.js';

export const whatsapp = {
  channel: 'whatsapp',
  platform: 'meta_whatsapp',
  adapter: WhatsAppAdapter,
} as const satisfies ChannelRegistration;
