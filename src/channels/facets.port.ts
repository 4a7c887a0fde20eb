import type { GraphConversation, GraphMessage, GraphPage, UserProfile } from '#libs/graph-api';
import type { ChannelAccess } from './outbound.port.js';

/** A person as the channel shows them; every field may be missing. */
export type ChannelProfile = UserProfile;
/** A conversation as the channel lists it. */
export type ChannelThread = GraphConversation;
/** A message as the channel's own record has it. */
export type ChannelMessage = GraphMessage;
export type ChannelPage<T> = GraphPage<T>;

export interface CallOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
}

export interface ListOptions extends CallOptions {
  limit?: number;
  /** The cursor of the page before. */
  after?: string;
}

// Facets of an adapter: each is absent on a channel that does not have it. What a call is refused with is a `GraphError`.

/** Shows who somebody is. Absent where events alone tell it. */
export interface ChannelPeople {
  profileOf(access: ChannelAccess, participantId: string, options?: CallOptions): Promise<ChannelProfile>;
}

/** Reads conversations back: backfill, gaps, messages that were announced and did not come. */
export interface ChannelHistory {
  /** The latest first. */
  threads(access: ChannelAccess, options?: ListOptions): Promise<ChannelPage<ChannelThread>>;
  threadWith(access: ChannelAccess, participantId: string, options?: CallOptions): Promise<ChannelThread | undefined>;
  /** The newest first; older ones may lack their content. */
  messages(access: ChannelAccess, threadId: string, options?: ListOptions): Promise<ChannelPage<ChannelMessage>>;
  message(access: ChannelAccess, mid: string, options?: CallOptions): Promise<ChannelMessage>;
}

/** Has the channel send us an account's webhooks. */
export interface ChannelSubscription {
  /** Every webhook field that is wanted. */
  readonly fields: readonly string[];
  /** The one without which no message arrives. */
  readonly requiredField: string;
  /** The fields that are sent to this app now. */
  listed(access: ChannelAccess, options?: CallOptions): Promise<string[]>;
  /** Doing it twice does no harm. @returns fields the channel would not take */
  subscribe(access: ChannelAccess, options?: CallOptions): Promise<{ refused: string[] }>;
  unsubscribe(access: ChannelAccess, options?: CallOptions): Promise<void>;
}

export interface RefreshedToken {
  accessToken: string;
  expiresInS?: number;
}

/** Keeps tokens from lapsing. Absent where they don't. */
export interface ChannelTokens {
  /** Whether a token of this login lapses unless it is refreshed. */
  isRefreshed(login: string): boolean;
  refresh(accessToken: string, options?: CallOptions): Promise<RefreshedToken>;
}

/** Where media lies for now. */
export interface MediaLink {
  url: string;
  /** Goes to these hosts alone, and to no address that they redirect to. */
  credential?: { authorization: string; hosts: readonly string[] };
}

/** Finds media that messages name by an id. Absent where they come with a link. */
export interface ChannelMedia {
  /** A link that lives for minutes. */
  linkOf(access: ChannelAccess, mediaId: string, options?: CallOptions): Promise<MediaLink>;
}
