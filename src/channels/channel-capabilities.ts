import type { MediaType } from '../kinds/index.js';

/** A limit, and what it counts. */
export interface TextLimit {
  max: number;
  unit: 'bytes' | 'characters';
}

/** What a channel can do, as constants: the API, the agent and the documentation read them, and errors cite them. */
export interface ChannelCapabilities {
  /** Hours after the customer's last action in which a reply is allowed. */
  windowHours: number;
  /** Hours in which a person may reply with the channel's tag for people; absent where there is no such tag. */
  humanAgentWindowHours?: number;
  /** One text message. */
  text: TextLimit;
  /** The text of a message that has choices under it, where that is shorter. */
  textWithChoices?: TextLimit;
  /** The words under a picture, video or file; absent where there are none. */
  caption?: TextLimit;
  /** How many choices may stand under a message, and how long they may be, in characters; absent where there are none. */
  quickReplies?: { max: number; title: number; payload: number };
  /** Kinds of media that can be sent. */
  mediaTypes: readonly MediaType[];
  /** A comment can be answered in private. */
  privateReplies: boolean;
  /**
   * What the door answers for an account that is not connected here. `refuse`: 404, and the platform delivers again
   * later. `keep`: 200 and kept aside, because refusals would end the subscription.
   */
  unknownAccount: 'refuse' | 'keep';
  /** Whether the channel reports what was sent to a person as an event, ours included. */
  echoes: boolean;
  /** Whether what a send carries comes back in what is told of it: an answer that was lost is settled by it. */
  givesBackHandles: boolean;
  /** Each message sent is paid for: an answer is one message then, if it can be. */
  isBilled: boolean;
  /** How the channel tells that a message of ours was read. */
  receipts: 'message' | 'watermark' | 'status';
  /** Whether the ids of a person can change, so that events name them by several. */
  personIds: 'stable' | 'changing';
}
