import { WhatsAppAdapter } from './whatsapp.adapter.js';

export const whatsapp = { adapter: WhatsAppAdapter };
