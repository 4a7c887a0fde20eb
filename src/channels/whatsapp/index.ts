import type { ChannelRegistration } from '../channels.module.js';
import { whatsappFields } from './whatsapp-connecting.js';
import { WhatsAppAdapter } from './whatsapp.adapter.js';

export const whatsapp = {
  channel: 'whatsapp',
  platform: 'meta_whatsapp',
  logins: ['facebook'],
  connectFields: whatsappFields,
  adapter: WhatsAppAdapter,
} as const satisfies ChannelRegistration;
