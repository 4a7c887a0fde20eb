import { Injectable } from '@nestjs/common';
import { decodePageDelivery, GraphClient, MESSENGER_LIMITS, summarizeDelivery } from '#libs/graph-api';
import type { ChannelCapabilities } from '../channel-capabilities.js';
import type { ChannelAdapter, ChannelWebhook } from '../channel.port.js';
import { GraphSentMessages } from '../graph/graph-sent-messages.js';
import { InstagramPresence } from '../instagram/instagram-presence.js';
import { MessengerOutbound } from './messenger-outbound.js';

declare module '../channel.port.js' {
  interface ChannelNames {
    messenger: true;
  }
}

const capabilities: ChannelCapabilities = {
  windowHours: 24,
  humanAgentWindowHours: 7 * 24,
  text: { max: MESSENGER_LIMITS.textCharacters, unit: 'characters' },
  quickReplies: {
    max: MESSENGER_LIMITS.quickReplies,
    title: MESSENGER_LIMITS.quickReplyTitle,
    payload: MESSENGER_LIMITS.quickReplyPayload,
  },
  mediaTypes: ['image', 'video', 'audio', 'file'],
  privateReplies: true,
  unknownAccount: 'keep',
  echoes: true,
  givesBackHandles: true,
  isBilled: false,
  receipts: 'watermark',
  personIds: 'stable',
};

const webhook: ChannelWebhook = {
  objects: ['page'],
  summarize: summarizeDelivery,
  decode: (body, receivedAtMs) => decodePageDelivery(body, { receivedAt: receivedAtMs }),
};

/** Messenger of a Facebook Page, by the Page's token. */
@Injectable()
export class MessengerAdapter implements ChannelAdapter {
  readonly channel = 'messenger';
  readonly platform = 'meta_messenger';
  readonly capabilities = capabilities;
  readonly webhook = webhook;
  readonly outbound: MessengerOutbound;
  readonly sentMessages: GraphSentMessages;
  readonly presence: InstagramPresence;

  constructor(graph: GraphClient) {
    this.outbound = new MessengerOutbound(graph);
    this.sentMessages = new GraphSentMessages(graph, 'messenger');
    // The same sender actions.
    this.presence = new InstagramPresence(graph);
  }
}
