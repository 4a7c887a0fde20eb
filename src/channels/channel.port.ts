import type { DecodedDelivery, DeliverySummary } from '#libs/graph-api';
import type { ChannelCapabilities } from './channel-capabilities.js';
import type { ChannelConnecting } from './connecting.port.js';
import type { ChannelHistory, ChannelMedia, ChannelPeople, ChannelSubscription, ChannelTokens } from './facets.port.js';
import type { ChannelOutbound, ChannelPresence, ChannelSentMessages } from './outbound.port.js';
import type { ChannelTemplates } from './templates.port.js';

/**
 * The channels this process knows. Each channel's folder adds its own name, so that adding a channel changes no file
 * of another room:
 *
 * ```ts
 * declare module '../channel.port.js' {
 *   interface ChannelNames { instagram: true }
 * }
 * ```
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the channels' folders
export interface ChannelNames {}

/** The name of a channel: what conversations, the blocklist and metrics call `platform`. */
export type Channel = keyof ChannelNames;

/**
 * All that the rest of the product knows of a channel. Rooms ask the adapter of an account's channel and never compare
 * channel names. A facet that is absent is something the channel does not have.
 */
export interface ChannelAdapter {
  readonly channel: Channel;
  /** The contract's word for it on accounts and settings, such as `meta_instagram`. */
  readonly platform: string;
  readonly capabilities: ChannelCapabilities;
  readonly webhook: ChannelWebhook;
  readonly outbound: ChannelOutbound;
  readonly connecting: ChannelConnecting;
  /** What the channel's own record shows of our sends; without it only events settle a doubtful send. */
  readonly sentMessages?: ChannelSentMessages;
  readonly presence?: ChannelPresence;
  readonly people?: ChannelPeople;
  readonly history?: ChannelHistory;
  readonly subscription?: ChannelSubscription;
  readonly tokens?: ChannelTokens;
  readonly templates?: ChannelTemplates;
  readonly media?: ChannelMedia;
}

/** Reads what the channel posts to the door. Pure: no call, no store. */
export interface ChannelWebhook {
  /** Values of a delivery's `object` that are this channel's, in lower case. */
  readonly objects: readonly string[];
  /** Counts the events of a parsed body and names the accounts they are for, without reading their content. Never throws. */
  summarize(body: unknown): DeliverySummary;
  /**
   * Reads every event of a parsed body. Never throws; what it does not know is an event of kind `unknown`.
   * @param receivedAtMs when the delivery came, for events that carry no time of their own
   */
  decode(body: unknown, receivedAtMs: number): DecodedDelivery;
}
