import type { TextUnit } from '#libs/graph-api';
import type { MediaType } from '../kinds/index.js';

/** A limit of a text, and what it counts: bytes of UTF-8, or characters (UTF-16 units, of which no count has more). */
export interface TextLimit {
  max: number;
  unit: TextUnit;
}

/** One way in which a channel shows choices under a message. */
export interface ChoiceForm {
  shownAs: 'quick replies' | 'buttons' | 'list';
  /** How many there may be. */
  max: number;
  title: TextLimit;
  /** What comes back when the person picks one. */
  id: TextLimit;
  /** The text above them. */
  text: TextLimit;
}

/** What a channel takes of one kind of media. */
export interface MediaLimit {
  maxBytes: number;
  /** Media types, without parameters; `*` for any. */
  contentTypes: readonly string[];
}

/** What a channel can do, as constants: the API, the agent and the documentation read them, and errors cite them. */
export interface ChannelCapabilities {
  /** Hours after the customer's last action in which a reply is allowed. */
  windowHours: number;
  /** Hours in which a person may reply with the channel's tag for people; absent where there is no such tag. */
  humanAgentWindowHours?: number;
  /** One text message. */
  text: TextLimit;
  /** The words under a picture, video or file; absent where there are none. */
  caption?: TextLimit;
  /** The ways to show choices, the one for the fewest first; none where there are no choices. */
  choices: readonly ChoiceForm[];
  /** What can be sent beside text; a kind that is absent can't. */
  media: Readonly<Partial<Record<MediaType, MediaLimit>>>;
  /** Kinds of media that have no caption where the others have one. */
  withoutCaption?: readonly MediaType[];
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
  /** Whether people can say that they want no marketing, by a word or in the channel's app: it is kept and heeded. */
  optOuts: boolean;
  /** How the channel tells that a message of ours was read. */
  receipts: 'message' | 'watermark' | 'status';
  /** Whether the ids of a person can change, so that events name them by several. */
  personIds: 'stable' | 'changing';
}

/** How so many choices are shown; the largest form where they are more than the channel has room for. */
export function choiceFormFor(
  { choices }: Pick<ChannelCapabilities, 'choices'>,
  count: number,
): ChoiceForm | undefined {
  return choices.find(({ max }) => count <= max) ?? choices.at(-1);
}
