import { Injectable } from '@nestjs/common';
import { decodeDelivery, GraphClient, SEND_LIMITS, summarizeDelivery } from '#libs/graph-api';
import { AppConfig } from '../../config/index.js';
import type { ChannelCapabilities, TextLimit } from '../channel-capabilities.js';
import type { ChannelAdapter, ChannelWebhook } from '../channel.port.js';
import { GraphHistory } from '../graph/graph-history.js';
import { GraphPeople } from '../graph/graph-people.js';
import { GraphSentMessages } from '../graph/graph-sent-messages.js';
import { GraphSubscription } from '../graph/graph-subscription.js';
import { GraphLogins } from '../graph/graph-logins.js';
import { InstagramConnecting } from './instagram-connecting.js';
import { InstagramOutbound } from './instagram-outbound.js';
import { GraphPresence } from '../graph/graph-presence.js';
import { InstagramTokens } from './instagram-tokens.js';
import { requiredField, subscribedFields } from './subscribed-fields.js';

declare module '../channel.port.js' {
  interface ChannelNames {
    instagram: true;
  }
}

const text: TextLimit = { max: SEND_LIMITS.textBytes, unit: 'bytes' };

const capabilities: ChannelCapabilities = {
  windowHours: 24,
  humanAgentWindowHours: 7 * 24,
  text,
  choices: [
    {
      shownAs: 'quick replies',
      max: SEND_LIMITS.quickReplies,
      title: { max: SEND_LIMITS.quickReplyTitle, unit: 'characters' },
      id: { max: SEND_LIMITS.quickReplyPayload, unit: 'characters' },
      text,
    },
  ],
  media: SEND_LIMITS.media,
  privateReplies: true,
  unknownAccount: 'refuse',
  echoes: true,
  givesBackHandles: false,
  isBilled: false,
  optOuts: false,
  receipts: 'message',
  personIds: 'stable',
};

const webhook: ChannelWebhook = {
  objects: ['instagram'],
  summarize: summarizeDelivery,
  decode: (body, receivedAtMs) => decodeDelivery(body, { receivedAt: receivedAtMs }),
};

/** Instagram through the Graph API, by either of Meta's logins. */
@Injectable()
export class InstagramAdapter implements ChannelAdapter {
  readonly channel = 'instagram';
  readonly platform = 'meta_instagram';
  readonly capabilities = capabilities;
  readonly webhook = webhook;
  readonly outbound: InstagramOutbound;
  readonly connecting: InstagramConnecting;
  readonly sentMessages: GraphSentMessages;
  readonly presence: GraphPresence;
  readonly people: GraphPeople;
  readonly history: GraphHistory;
  readonly subscription: GraphSubscription;
  readonly tokens: InstagramTokens;

  constructor(graph: GraphClient, config: AppConfig) {
    this.outbound = new InstagramOutbound(graph);
    this.connecting = new InstagramConnecting(graph, new GraphLogins(graph, config));
    this.sentMessages = new GraphSentMessages(graph, 'instagram');
    this.presence = new GraphPresence(graph);
    this.people = new GraphPeople(graph);
    this.history = new GraphHistory(graph);
    this.subscription = new GraphSubscription(graph, {
      fields: subscribedFields,
      requiredField,
      appIdOf: (login) => (login === 'instagram' ? config.INSTAGRAM_CLIENT_ID : config.META_APP_ID),
    });
    this.tokens = new InstagramTokens(graph);
  }
}
