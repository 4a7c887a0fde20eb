import type { EventKind } from '#libs/graph-api';

/** What becomes of a kind of event. */
interface EventKindRule {
  /** Where it belongs when no single DM is named. */
  place: 'dm' | 'conversation' | 'account' | 'nowhere';
  /** What is kept of it, as the documentation says it. */
  stored: string;
  /** Whether the agent may answer it at all; `agentMayAnswer` adds what holds for the single event. */
  mayBeAnswered: boolean;
  /** That, in words. */
  answer: string;
}

/** Every kind of event that a channel can tell. One without a row does not compile. */
export const eventKinds: Record<EventKind, EventKindRule> = {
  unsend: {
    place: 'dm',
    stored:
      'The record stays, marked unsent; text, attachments and raw copies go. Also before its message, also for an echo.',
    mayBeAnswered: false,
    answer: 'never',
  },
  message: {
    place: 'dm',
    stored: 'A DM by its mid: text, attachments, quick reply payload, the message or story replied to, referral.',
    mayBeAnswered: true,
    answer: 'yes, if it has text, a quick reply or an attachment to answer; never an echo',
  },
  postback: {
    place: 'dm',
    stored: 'A DM by its mid, or by a derived key without one: title as text, payload, referral.',
    mayBeAnswered: true,
    answer: 'yes',
  },
  edit: {
    place: 'dm',
    stored: 'The new text on the DM, the old one in its edit history. Also before its message.',
    mayBeAnswered: false,
    answer: 'never by itself; a later answer reads the new text',
  },
  reaction: {
    place: 'dm',
    stored: 'Set or taken back on the DM it names, ours or theirs. Also before its message.',
    mayBeAnswered: false,
    answer: 'never',
  },
  read: {
    place: 'conversation',
    stored: 'Everything up to the named message or moment is marked read, never back.',
    mayBeAnswered: false,
    answer: 'never',
  },
  referral: {
    place: 'conversation',
    stored: 'Ad, link or product on the conversation.',
    mayBeAnswered: false,
    answer: 'never by itself; the message that follows is answered',
  },
  optin: {
    place: 'dm',
    stored: 'The opt-in with its topic, frequency and status.',
    mayBeAnswered: false,
    answer: 'never',
  },
  handover: {
    place: 'conversation',
    stored: 'Who has the thread now; the agent pauses in that conversation.',
    mayBeAnswered: false,
    answer: 'never',
  },
  comment: {
    place: 'account',
    stored: 'The comment and its media, for a private reply. Our own comments are ignored.',
    mayBeAnswered: false,
    answer: 'never; a person may reply in private',
  },
  mention: {
    place: 'account',
    stored: 'The media or comment that mentions the account.',
    mayBeAnswered: false,
    answer: 'never',
  },
  status: {
    place: 'dm',
    stored: 'When a message of ours was taken, delivered, read or played, or why it failed; settles a doubtful send.',
    mayBeAnswered: false,
    answer: 'never',
  },
  relink: {
    place: 'nowhere',
    stored: 'Stays in the delivery log; the person’s next message names the new id beside the old one.',
    mayBeAnswered: false,
    answer: 'never',
  },
  preference: {
    place: 'conversation',
    stored: 'On the conversation: whether the person takes marketing, as they said it last.',
    mayBeAnswered: false,
    answer: 'never',
  },
  notice: {
    place: 'nowhere',
    stored: 'Stays in the delivery log.',
    mayBeAnswered: false,
    answer: 'never',
  },
  unknown: {
    place: 'dm',
    stored: 'Kept raw and counted, with every message id found in it.',
    mayBeAnswered: false,
    answer: 'never',
  },
};
