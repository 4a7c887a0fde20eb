import type { Attachment, Comment, Conversation, Message, MetaChannel, QuickReply } from '../world/types.js';
import type { World } from '../world/world.js';
import { GRAPH_ERRORS, GraphError, refuse, refuseParameter } from './graph-error.js';

const HOUR_MS = 3_600_000;

/** A reply is allowed for 24 hours after the customer's last action. */
export const WINDOW_MS = 24 * HOUR_MS;
/** With the HUMAN_AGENT tag, for 7 days. */
export const HUMAN_AGENT_WINDOW_MS = 7 * 24 * HOUR_MS;
/** A comment can be answered privately for 7 days. */
export const PRIVATE_REPLY_MS = 7 * 24 * HOUR_MS;

const MAX_TEXT_BYTES = 1000;
const MAX_PAGE_TEXT_CHARACTERS = 2000;
const MAX_METADATA_CHARACTERS = 1000;
const MAX_QUICK_REPLIES = 13;
const MAX_TITLE_CHARACTERS = 20;
const MAX_PAYLOAD_CHARACTERS = 1000;
const MEDIA_TYPES = ['image', 'video', 'audio', 'file'];
const OTHER_TYPES = ['template', 'like_heart', 'MEDIA_SHARE'];
/** `UTILITY` is for approved templates, which are nothing of a conversation's. */
const MESSAGING_TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG'];

/** What a send body asks for, once it is known to be right. */
export interface Content {
  text?: string;
  attachments?: Attachment[];
  quickReplies?: QuickReply[];
  replyTo?: Message['replyTo'];
  metadata?: string;
}

/**
 * Reads `message` as Meta does.
 * @throws {GraphError} 100 for everything that Meta's limits don't allow
 */
export function readContent(message: Record<string, unknown>, channel: MetaChannel): Omit<Content, 'replyTo'> {
  const attachments = readAttachments(message);
  const { text } = message;
  if ((text === undefined) === (attachments === undefined)) {
    refuseParameter('Param message must have exactly one of text, attachment, attachments');
  }
  if (text !== undefined) checkText(text, channel);
  const quickReplies = readQuickReplies(message.quick_replies);
  return {
    ...(text !== undefined && { text: text as string }),
    ...(attachments && { attachments }),
    ...(quickReplies && { quickReplies }),
    ...(channel === 'messenger' && readMetadata(message.metadata)),
  };
}

function readMetadata(metadata: unknown): Pick<Content, 'metadata'> {
  if (metadata === undefined) return {};
  if (typeof metadata !== 'string' || metadata.length >= MAX_METADATA_CHARACTERS)
    refuseParameter(`Param message[metadata] must be a string of less than ${MAX_METADATA_CHARACTERS} characters`);
  return { metadata };
}

/**
 * What Messenger wants to know of a message before it looks at the window.
 * @throws {GraphError} 100 without a type, and for tags that were retired in April 2026
 */
export function checkMessagingType(type: unknown, tag: string | null): void {
  if (type === undefined) refuseParameter('The parameter messaging_type is required');
  if (!MESSAGING_TYPES.includes(type as string))
    refuseParameter(`Param messaging_type must be one of {${MESSAGING_TYPES.join(', ')}}`);
  if (type === 'MESSAGE_TAG' && tag === null) refuseParameter('The parameter tag is required');
  if (tag !== null && tag !== 'HUMAN_AGENT') refuse('retired_tag');
}

function checkText(text: unknown, channel: MetaChannel): void {
  if (typeof text !== 'string' || text === '') refuseParameter('Param message[text] must be a non-empty string');
  if (channel === 'messenger') {
    if (text.length < MAX_PAGE_TEXT_CHARACTERS) return;
    refuseParameter(`Length of param message[text] must be less than ${MAX_PAGE_TEXT_CHARACTERS}`);
  }
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    refuseParameter(`Length of param message[text] must be less than or equal to ${MAX_TEXT_BYTES}`);
  }
}

function readAttachments({ attachment, attachments }: Record<string, unknown>): Attachment[] | undefined {
  if (attachment === undefined && attachments === undefined) return undefined;
  const list = (attachments ?? [attachment]) as unknown[];
  if (!Array.isArray(list) || list.length === 0)
    refuseParameter('Param message[attachments] must be a non-empty array');
  return list.map((item) => {
    const { type, payload } = (item ?? {}) as Attachment;
    if (!MEDIA_TYPES.includes(type) && !OTHER_TYPES.includes(type)) {
      refuseParameter(
        `Param message[attachment][type] must be one of {${[...MEDIA_TYPES, ...OTHER_TYPES].join(', ')}}`,
      );
    }
    if (MEDIA_TYPES.includes(type) && !isHttpUrl(payload?.url) && payload?.attachment_id === undefined) {
      refuseParameter('Param message[attachment][payload][url] should represent a valid URL');
    }
    return { type, ...(payload && { payload }) };
  });
}

function isHttpUrl(url: unknown): boolean {
  return typeof url === 'string' && /^https?:\/\/\S+$/.test(url);
}

function readQuickReplies(list: unknown): QuickReply[] | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_QUICK_REPLIES) {
    refuseParameter(`Param message[quick_replies] must have 1 to ${MAX_QUICK_REPLIES} elements`);
  }
  for (const reply of list as Partial<QuickReply>[]) checkQuickReply(reply);
  return list as QuickReply[];
}

function checkQuickReply({ content_type, title, payload }: Partial<QuickReply>): void {
  if (content_type === 'user_email' || content_type === 'user_phone_number') return;
  if (content_type !== 'text') refuseParameter('Param message[quick_replies][content_type] must be text');
  if (!title || [...title].length > MAX_TITLE_CHARACTERS) {
    refuseParameter(`Param message[quick_replies][title] must have 1 to ${MAX_TITLE_CHARACTERS} characters`);
  }
  if (!payload || [...payload].length > MAX_PAYLOAD_CHARACTERS) {
    refuseParameter(`Param message[quick_replies][payload] must have 1 to ${MAX_PAYLOAD_CHARACTERS} characters`);
  }
}

/**
 * Whether the business may write now.
 * @throws {GraphError} 10/2534022 (on Messenger 10/2018278) outside the window, 10 where the tag isn't allowed, 551 when the person is gone
 */
export function checkWindow(conversation: Conversation, tag: string | null, now: number): void {
  const { account, person, lastInboundAt, channel } = conversation;
  if (tag !== null && tag !== 'HUMAN_AGENT') refuseParameter('Param tag must be one of {HUMAN_AGENT}');
  if (tag === 'HUMAN_AGENT' && !account.humanAgentAllowed) refuse('no_permission');
  if (!person.available) refuse('unavailable');
  const allowedMs = tag === 'HUMAN_AGENT' ? HUMAN_AGENT_WINDOW_MS : WINDOW_MS;
  if (lastInboundAt === null || now - lastInboundAt >= allowedMs)
    refuse(channel === 'messenger' ? 'page_window_closed' : 'window_closed');
}

/**
 * The comment that a private reply answers.
 * @throws {GraphError} 100 for an unknown comment, 10900 when it was answered already, 10903 after 7 days
 */
export function findComment(world: World, accountIgId: string, commentId: string, now: number): Comment {
  const comment = world.findComment(commentId);
  if (!comment || comment.account.igId !== accountIgId) {
    throw new GraphError({ ...GRAPH_ERRORS.bad_parameter, message: '(#100) Invalid comment_id', subcode: 33 });
  }
  if (comment.privatelyReplied) {
    throw new GraphError({ status: 400, message: '(#10900) Activity already replied to', code: 10900 });
  }
  if (now - comment.at >= PRIVATE_REPLY_MS) {
    throw new GraphError({ status: 400, message: '(#10903) This activity can no longer be replied to', code: 10903 });
  }
  if (!comment.person.available) refuse('unavailable');
  return comment;
}

/** A comment is answered in private once. */
export function claimComment(world: World, comment: Comment): Conversation {
  comment.privatelyReplied = true;
  return world.conversation(comment.account, comment.person, comment.channel);
}
