import { Injectable } from '@nestjs/common';
import { decodePageDelivery, GraphClient, MESSENGER_LIMITS, summarizeDelivery } from '#libs/graph-api';
import { AppConfig } from '../../config/index.js';
import type { ChannelCapabilities, TextLimit } from '../channel-capabilities.js';
import type { ChannelAdapter, ChannelWebhook } from '../channel.port.js';
import { GraphHistory } from '../graph/graph-history.js';
import { GraphPeople } from '../graph/graph-people.js';
import { GraphSentMessages } from '../graph/graph-sent-messages.js';
import { GraphSubscription } from '../graph/graph-subscription.js';
import { GraphPresence } from '../graph/graph-presence.js';
import { GraphLogins } from '../graph/graph-logins.js';
import { MessengerConnecting } from './messenger-connecting.js';
import { MessengerOutbound } from './messenger-outbound.js';

declare module '../channel.port.js' {
  interface ChannelNames {
    messenger: true;
  }
}

/** Every webhook field of a Page that the rooms behind the door understand, or keep. */
const subscribedFields: readonly string[] = [
  ...['messages', 'message_echoes', 'messaging_postbacks', 'message_deliveries', 'message_reads', 'message_reactions'],
  ...['message_edits', 'messaging_referrals', 'messaging_optins', 'messaging_handovers', 'standby'],
  ...['messaging_policy_enforcement', 'feed'],
];

const text: TextLimit = { max: MESSENGER_LIMITS.textCharacters, unit: 'characters' };

const capabilities: ChannelCapabilities = {
  windowHours: 24,
  humanAgentWindowHours: 7 * 24,
  text,
  choices: [
    {
      shownAs: 'quick replies',
      max: MESSENGER_LIMITS.quickReplies,
      title: { max: MESSENGER_LIMITS.quickReplyTitle, unit: 'characters' },
      id: { max: MESSENGER_LIMITS.quickReplyPayload, unit: 'characters' },
      text,
    },
  ],
  media: MESSENGER_LIMITS.media,
  privateReplies: true,
  unknownAccount: 'keep',
  echoes: true,
  givesBackHandles: true,
  isBilled: false,
  optOuts: false,
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
  readonly connecting: MessengerConnecting;
  readonly sentMessages: GraphSentMessages;
  readonly presence: GraphPresence;
  readonly people: GraphPeople;
  readonly history: GraphHistory;
  readonly subscription: GraphSubscription;

  constructor(graph: GraphClient, config: AppConfig) {
    this.outbound = new MessengerOutbound(graph);
    this.connecting = new MessengerConnecting(graph, new GraphLogins(graph, config));
    this.sentMessages = new GraphSentMessages(graph, 'messenger');
    this.presence = new GraphPresence(graph);
    this.people = new GraphPeople(graph);
    this.history = new GraphHistory(graph, 'messenger');
    this.subscription = new GraphSubscription(graph, {
      fields: subscribedFields,
      requiredField: 'messages',
      appIdOf: () => config.META_APP_ID,
    });
  }
}
