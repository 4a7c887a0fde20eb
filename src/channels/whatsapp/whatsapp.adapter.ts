import { Injectable } from '@nestjs/common';
import { GraphClient } from '#libs/graph-api';
import { decodeWhatsAppDelivery, summarizeWhatsAppDelivery, WHATSAPP_LIMITS } from '#libs/whatsapp-api';
import { AppConfig } from '../../config/index.js';
import type { ChannelCapabilities } from '../channel-capabilities.js';
import type { ChannelAdapter, ChannelWebhook } from '../channel.port.js';
import { WhatsAppConnecting } from './whatsapp-connecting.js';
import { WhatsAppOutbound } from './whatsapp-outbound.js';
import { WhatsAppMedia } from './whatsapp-media.js';
import { WhatsAppPresence } from './whatsapp-presence.js';
import { WhatsAppSubscription } from './whatsapp-subscription.js';
import { WhatsAppTemplates } from './whatsapp-templates.js';

declare module '../channel.port.js' {
  interface ChannelNames {
    whatsapp: true;
  }
}

const capabilities: ChannelCapabilities = {
  windowHours: 24,
  text: { max: WHATSAPP_LIMITS.text, unit: 'characters' },
  caption: { max: WHATSAPP_LIMITS.caption, unit: 'characters' },
  choices: [
    {
      shownAs: 'buttons',
      max: WHATSAPP_LIMITS.buttons,
      title: { max: WHATSAPP_LIMITS.buttonTitle, unit: 'characters' },
      id: { max: WHATSAPP_LIMITS.buttonId, unit: 'characters' },
      text: { max: WHATSAPP_LIMITS.buttonsBody, unit: 'characters' },
    },
    {
      shownAs: 'list',
      max: WHATSAPP_LIMITS.listRows,
      title: { max: WHATSAPP_LIMITS.rowTitle, unit: 'characters' },
      id: { max: WHATSAPP_LIMITS.rowId, unit: 'characters' },
      text: { max: WHATSAPP_LIMITS.listBody, unit: 'characters' },
    },
  ],
  media: WHATSAPP_LIMITS.media,
  withoutCaption: ['audio'],
  privateReplies: false,
  unknownAccount: 'keep',
  echoes: false,
  givesBackHandles: true,
  isBilled: true,
  optOuts: true,
  receipts: 'status',
  personIds: 'changing',
};

const webhook: ChannelWebhook = {
  objects: ['whatsapp_business_account'],
  summarize: summarizeWhatsAppDelivery,
  decode: (body, receivedAtMs) => decodeWhatsAppDelivery(body, { receivedAt: receivedAtMs }),
};

/** The WhatsApp Business Cloud API. It has no record of what was sent: only statuses settle a doubtful send. */
@Injectable()
export class WhatsAppAdapter implements ChannelAdapter {
  readonly channel = 'whatsapp';
  readonly platform = 'meta_whatsapp';
  readonly capabilities = capabilities;
  readonly webhook = webhook;
  readonly outbound: WhatsAppOutbound;
  readonly connecting: WhatsAppConnecting;
  readonly presence: WhatsAppPresence;
  readonly media: WhatsAppMedia;
  readonly subscription: WhatsAppSubscription;
  readonly templates: WhatsAppTemplates;

  constructor(graph: GraphClient, config: AppConfig) {
    this.outbound = new WhatsAppOutbound(graph, !config.isProduction && (config.MEDIA_EXTRA_HOSTS ?? []).length > 0);
    this.connecting = new WhatsAppConnecting(graph);
    this.presence = new WhatsAppPresence(graph);
    this.media = new WhatsAppMedia(graph);
    this.templates = new WhatsAppTemplates(graph);
    this.subscription = new WhatsAppSubscription(graph, config.META_APP_ID);
  }
}
