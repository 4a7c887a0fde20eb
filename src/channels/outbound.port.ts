import type { GraphFailureKind, PersonId } from '#libs/graph-api';
import type { MediaType } from '../kinds/index.js';

/** What a call on behalf of a connected account needs. */
export interface ChannelAccess {
  /** Which of the channel's logins the token came with. */
  login: string;
  accessToken: string;
  /** The account's id at its channel: what deliveries carry. */
  externalId: string;
  /** What the channel keeps of the account beside its id. */
  channelData?: Record<string, unknown>;
}

/** One message to a person, before a channel gives it its form. */
export interface OutboundMessage {
  recipientId: string;
  text?: string;
  attachment?: { type: MediaType; url: string; isReusable?: boolean };
  quickReplies?: readonly { title: string; payload: string }[];
  /** A message that the channel approved beforehand, filled in; `text` is what the person reads of it. */
  template?: { name: string; language: string; components: readonly Record<string, unknown>[] };
  /** The message this one answers. */
  replyToMid?: string;
  /** Answers the author of this comment in private; `recipientId` is a stand-in then. */
  commentId?: string;
  /**
   * Names this very call. Channels that can, give it back in what they tell of the message afterwards, which settles a
   * call whose answer was lost.
   */
  sendHandle?: string;
  /** Every id of the person that is known, on channels where they change; the newest first. */
  personIds?: readonly PersonId[];
  /** A person wrote it and asks for the longer window that the channel has for people. */
  asHumanAgent?: boolean;
}

/** Why a message was not sent; each has its own consequence. */
export type Refusal = Exclude<GraphFailureKind, 'outcome_unknown'>;

/** A failed call in the channel's words, as stored with the message. */
export interface CallError {
  kind: GraphFailureKind;
  message: string;
  code?: number;
  subcode?: number;
  fbtrace_id?: string;
}

/** How much of its allowance the account has used, where the channel says so. */
export interface ChannelUsage {
  percent: number;
  /** ms until calls are taken again; 0 while they are. */
  regainMs: number;
}

/** What is known after one call: it was sent, it was not (as far as the channel says), or nobody can tell. */
export type CallResult = (
  | { kind: 'sent'; mid: string; recipientId?: string; personIds?: readonly PersonId[]; result: unknown }
  | {
      kind: 'not_sent';
      refusal: Refusal;
      error: CallError;
      retryAfterMs?: number;
      /** Of `rate_limited`: it is this person's pace alone, nobody else has to wait. */
      scope?: 'person';
    }
  | { kind: 'unknown'; error: CallError }
) & { usage?: ChannelUsage };

/** A message as the channel's own record of the conversation shows it; what it left out is absent. */
export interface ShownMessage {
  mid: string;
  /** Whether the account wrote it. */
  isOurs?: boolean;
  text?: string;
  attachments: { type: string }[];
  /** ms, by the channel's clock, which may count whole seconds. */
  timestamp?: number;
}

/** The newest messages of a conversation. */
export interface Listing {
  /** Newest first. */
  messages: ShownMessage[];
  /** There are no older ones. */
  isWhole: boolean;
}

/** Sends messages. What the channel says comes back as a result, not as an error. */
export interface ChannelOutbound {
  /** Makes one call, never repeated here. */
  send(access: ChannelAccess, message: OutboundMessage): Promise<CallResult>;
  /** Cuts a text into messages of the channel's size, in order, none empty. */
  splitText(text: string): string[];
}

/** Shows what was sent lately, to find a send whose answer was lost. */
export interface ChannelSentMessages {
  /** @returns `undefined` when the channel could not be asked, or shows no conversation with the person */
  newest(access: ChannelAccess, participantId: string): Promise<Listing | undefined>;
  /** One message by its id, where a list gave no more than that. @returns `undefined` when the channel does not tell */
  detailOf(access: ChannelAccess, mid: string, participantId: string): Promise<ShownMessage | undefined>;
}

/** Whose messages are seen and answered. */
export interface PresenceTarget {
  participantId: string;
  /** The newest message of theirs, on channels that want it named. */
  mid?: string;
}

/** Shows the person that their messages were seen and are being answered. Rejects when the channel refuses. */
export interface ChannelPresence {
  /** Whether showing typing also marks everything as read. */
  readonly typingMarksSeen: boolean;
  /** How often typing has to be shown anew to stay visible. */
  readonly typingEveryMs: number;
  markSeen(access: ChannelAccess, target: PresenceTarget, signal?: AbortSignal): Promise<void>;
  showTyping(access: ChannelAccess, target: PresenceTarget, signal?: AbortSignal): Promise<void>;
}
