import { ApiProperty } from '@nestjs/swagger';
import { channelNames, type Channel } from '../../channels/index.js';
import type { AccountSummary } from '../../accounts/index.js';
import { messageWriters, type Conversation, type MessageWriter } from '../../conversations/index.js';
import type { ListedConversation } from './inbox-conversations.repository.js';
import { humanAgentWindowClosesAt, windowClosesAt, type WindowHours } from '../../dms/index.js';

/** Characters of the last message, as people count them. */
const shownLength = 200;

const date = { type: String, format: 'date-time', nullable: true } as const;

export class MarketingOptOutView {
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  at!: string;

  @ApiProperty({
    enum: ['message', 'channel'],
    description: 'How: by a word such as STOP, or in the channel’s own settings',
    example: 'message',
  })
  by!: 'message' | 'channel';
}

/** What the agent left to a person, and why. */
export class HandedOverView {
  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  at!: string;

  @ApiProperty({
    description:
      'What the agent said of it: `customer_request`, `missing_knowledge`, `not_allowed`, `complaint`, `distress`, ' +
      '`tool_failure`, `order_change`; or what kept it from answering: `withheld_…`, `model_…`, `budget_…`',
    example: 'customer_request',
  })
  reason!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What the customer wants',
    example: 'Wants a refund for a broken mug.',
  })
  summary!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What was not known', example: 'vegan cakes' })
  missing!: string | null;
}

/** A conversation as the inbox shows it. */
export class ConversationView {
  @ApiProperty({ example: '9f86d081884c7d659a2feaa0' })
  id!: string;

  @ApiProperty({ enum: channelNames, example: 'instagram' })
  platform!: Channel;

  @ApiProperty({
    description: 'The participant’s id: with the account, what tells conversations apart at Meta. It never changes.',
    example: '1254477777772222',
  })
  external_id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Meta’s id of the thread, once it was looked up (`sync=true`)',
    example: 'aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6MTc4NDE0',
  })
  thread_id!: string | null;

  @ApiProperty({ example: '6740aaaa6740aaaa6740aaaa' })
  platform_account_id!: string;

  @ApiProperty({ description: 'Instagram-scoped', example: '1254477777772222' })
  participant_id!: string;

  @ApiProperty({ description: '`User` while unknown', example: 'Mara Lindqvist' })
  participant_name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'mara.lindqvist' })
  participant_username!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'https://scontent.cdninstagram.com/v/mara.jpg' })
  participant_avatar!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: `Its first ${shownLength} characters`,
    example: 'Are you open on Sunday?',
  })
  last_message!: string | null;

  @ApiProperty({ ...date, example: '2026-01-05T10:00:00.000Z' })
  last_message_at!: string | null;

  @ApiProperty({ type: String, enum: ['inbound', 'outbound'], nullable: true, example: 'inbound' })
  last_message_direction!: 'inbound' | 'outbound' | null;

  @ApiProperty({
    type: String,
    enum: messageWriters,
    nullable: true,
    description:
      'Who wrote it: the customer, the agent, a person here, or somebody past us, in the channel’s own app for ' +
      'instance. `null` where that was not noted yet',
    example: 'customer',
  })
  last_message_source!: MessageWriter | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description:
      'What kind of thing it is, to be told in the reader’s language: `text`, an attachment’s type such as `image`, ' +
      '`unsent`, `postback` or another kind of message',
    example: 'text',
  })
  last_message_type!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  unread_count!: number;

  @ApiProperty({
    ...date,
    description: 'When the customer wrote the oldest message that nobody has answered; `null` where there is none',
    example: '2026-01-05T10:00:00.000Z',
  })
  waiting_since!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Who sees to it: the id of one of the staff; `null` for nobody',
    example: '665f1c2e9b1e8a0012345678',
  })
  assignee!: string | null;

  @ApiProperty({ type: [String], description: 'Ids of its labels: `GET /inbox/labels`', example: [] })
  labels!: string[];

  @ApiProperty({ ...date, description: 'Out of the work lists until then', example: null })
  snoozed_until!: string | null;

  @ApiProperty({
    description:
      'The account can send, and Meta’s 24-hour window is not known to be closed: of a person never heard from here Meta decides',
    example: true,
  })
  can_reply!: boolean;

  @ApiProperty({ ...date, description: 'When `can_reply` ends', example: '2026-01-06T10:00:00.000Z' })
  window_closes_at!: string | null;

  @ApiProperty({
    ...date,
    description:
      'Until then a person may answer with `tag: HUMAN_AGENT` (`/instagram-dms/send`), where the account may',
    example: null,
  })
  human_agent_until!: string | null;

  @ApiProperty({
    type: String,
    enum: ['HUMAN_AGENT'],
    nullable: true,
    description: 'With which `tag` a person may still answer although `can_reply` is false; `null`: with none',
    example: null,
  })
  reply_with_tag!: 'HUMAN_AGENT' | null;

  @ApiProperty({
    type: MarketingOptOutView,
    nullable: true,
    description: 'The customer wants no marketing: such templates are not sent. `null`: they have not said so',
    example: null,
  })
  marketing_opt_out!: MarketingOptOutView | null;

  @ApiProperty({ example: false })
  archived!: boolean;

  @ApiProperty({ ...date, description: 'When it was put away; `null` while it is open', example: null })
  done_at!: string | null;

  @ApiProperty({ description: 'The agent stays silent here', example: false })
  agent_paused!: boolean;

  @ApiProperty({ ...date, description: '`null` while paused: until it is handed back', example: null })
  agent_paused_until!: string | null;

  @ApiProperty({
    type: String,
    enum: ['human_reply', 'operator', 'customer_request', 'handover'],
    nullable: true,
    example: null,
  })
  agent_paused_reason!: NonNullable<Conversation['agent_paused_reason']> | null;

  @ApiProperty({
    type: HandedOverView,
    nullable: true,
    description: 'The agent left it to a person, until it is handed back or the agent has answered again',
    example: null,
  })
  handed_over!: HandedOverView | null;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ type: String, format: 'date-time', example: '2026-01-05T10:00:00.000Z' })
  updated_at!: string;
}

const iso = (at: Date | undefined): string | null => at?.toISOString() ?? null;
/** A pause that ends here ends by being handed back. */
const farAway = new Date('9000-01-01T00:00:00Z');

/**
 * @param account the conversation's; `null` when it is gone
 * @param hours how long its channel lets somebody be answered
 */
export function conversationView(
  conversation: ListedConversation,
  account: AccountSummary | null,
  now: Date,
  hours: WindowHours,
): ConversationView {
  const closesAt = windowClosesAt(conversation.last_inbound_at, hours);
  const until = conversation.agent_paused_until;
  const paused = until !== undefined && until > now;
  const canReply = (closesAt === undefined || closesAt > now) && account?.status === 'active';
  const taggedUntil = humanAgentUntil(conversation, account, now, hours);
  const { archived, snoozed_until: snoozed, assignee_id: assignee } = conversation;
  return {
    id: conversation._id,
    platform: conversation.platform,
    external_id: conversation.participant_id,
    thread_id: conversation.external_id ?? null,
    platform_account_id: conversation.platform_account_id,
    participant_id: conversation.participant_id,
    participant_name: conversation.participant_name ?? conversation.participant_username ?? 'User',
    participant_username: conversation.participant_username ?? null,
    participant_avatar: conversation.participant_avatar ?? null,
    last_message: conversation.last_message === undefined ? null : beginningOf(conversation.last_message),
    last_message_at: iso(conversation.last_message_at),
    last_message_direction: conversation.last_message_direction ?? null,
    last_message_source: conversation.last_message_source ?? null,
    last_message_type: conversation.last_message_type ?? null,
    unread_count: conversation.unread_count,
    waiting_since: iso(conversation.waiting_since),
    assignee: assignee ?? null,
    labels: conversation.labels ?? [],
    snoozed_until: snoozed && snoozed > now ? iso(snoozed) : null,
    can_reply: canReply,
    window_closes_at: iso(closesAt),
    human_agent_until: taggedUntil,
    reply_with_tag: !canReply && taggedUntil !== null && account?.status === 'active' ? 'HUMAN_AGENT' : null,
    marketing_opt_out: optOutOf(conversation),
    archived,
    done_at: archived ? iso(conversation.done_at) : null,
    agent_paused: paused,
    agent_paused_until: paused && until < farAway ? iso(until) : null,
    agent_paused_reason: (paused && conversation.agent_paused_reason) || null,
    handed_over: handedOverView(conversation.handed_over),
    created_at: conversation.created_at.toISOString(),
    updated_at: conversation.updated_at.toISOString(),
  };
}

function optOutOf({ marketing }: ListedConversation): MarketingOptOutView | null {
  return marketing?.opted_out ? { at: marketing.at.toISOString(), by: marketing.by } : null;
}

function handedOverView(handedOver: ListedConversation['handed_over']): HandedOverView | null {
  if (!handedOver) return null;
  const { at, reason, summary = null, missing = null } = handedOver;
  return { at: at.toISOString(), reason, summary, missing };
}

function beginningOf(text: string): string {
  return text.length > shownLength ? [...text].slice(0, shownLength).join('') : text;
}

function humanAgentUntil(
  { last_inbound_at: lastInboundAt }: ListedConversation,
  account: AccountSummary | null,
  now: Date,
  hours: WindowHours,
): string | null {
  const until = account?.human_agent_allowed ? humanAgentWindowClosesAt(lastInboundAt, hours) : undefined;
  return until && until > now ? until.toISOString() : null;
}
