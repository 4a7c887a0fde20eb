import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { AccountSummary, AgentSettings } from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import { AppConfig } from '../../config/index.js';
import { pausesOf, type Conversation } from '../../conversations/index.js';
import { attachmentKindOf } from '../../kinds/index.js';
import { windowClosesAt, type Dm } from '../../dms/index.js';
import { ModelClient } from '../model/model.client.js';
import type { ConversationMode } from './agent-mode.js';
import { looksLikePingPong } from './ping-pong.js';

/** Why messages get no answer; kept on each as `agent_reason`. */
export type SkipReason =
  | 'agent_disabled'
  | 'model_not_configured'
  | 'account_gone'
  | 'account_disabled'
  | 'account_agent_off'
  | 'paused'
  | 'blocklisted'
  | 'window_closed'
  | 'too_old'
  | 'unanswerable'
  | 'ping_pong'
  | 'budget_conversation_hour'
  | 'budget_conversation_day'
  | 'budget_account_day'
  | 'budget_account_cost_day'
  | 'budget_account_cost_month'
  | 'budget_tenant_day'
  | 'budget_server_day'
  | 'handed_over'
  | 'suggested'
  | 'no_answer';

/** What a send may take. */
const sendTakesMs = 60_000;

/** Decides whether the agent may answer at all. Cheap, no call leaves the house. */
@Injectable()
export class AnswerChecksService {
  constructor(
    private readonly config: AppConfig,
    private readonly channels: ChannelsService,
    private readonly clock: Clock,
    private readonly model: ModelClient,
  ) {}

  /** About a single message, whatever the rest. */
  messageReason(dm: Dm): SkipReason | undefined {
    if (dm.unsent || dm.is_deleted || dm.is_self || dm.standby || dm.direction !== 'inbound') return 'unanswerable';
    if (this.clock.now() - dm.timestamp > this.config.AGENT_MAX_AGE_HOURS * 3_600_000) return 'too_old';
    const says = Boolean(dm.text?.trim()) || dm.postback !== undefined || dm.quick_reply !== undefined;
    return says || dm.attachments.some(({ type }) => attachmentKindOf(type).asksForAnswer) ? undefined : 'unanswerable';
  }

  /** About the conversation. */
  conversationReason(
    conversation: Conversation,
    { blocked, history, mode }: { blocked: boolean; history: readonly Dm[]; mode: ConversationMode },
  ): SkipReason | undefined {
    if (this.isPaused(conversation, mode)) return 'paused';
    const closesAt = windowClosesAt(
      conversation.last_inbound_at,
      this.channels.get(conversation.platform).capabilities,
    );
    if (closesAt && this.clock.now() > closesAt.getTime() - sendTakesMs) return 'window_closed';
    if (blocked) return 'blocklisted';
    return looksLikePingPong(history, this.clock.now()) ? 'ping_pong' : undefined;
  }

  /** A person's answer is no reason not to suggest the next one. */
  isPaused(conversation: Conversation, mode: ConversationMode): boolean {
    return Object.entries(pausesOf(conversation)).some(
      ([reason, { until }]) => until.getTime() > this.clock.now() && !(mode === 'draft' && reason === 'human_reply'),
    );
  }

  /** About the agent and the account. */
  switchedOff(account: AccountSummary | null, settings: AgentSettings | null): SkipReason | undefined {
    if (!this.config.AGENT_ENABLED) return 'agent_disabled';
    if (!account || !settings) return 'account_gone';
    if (account.status === 'disabled') return 'account_disabled';
    if (!settings.enabled) return 'account_agent_off';
    return this.model.isConfigured ? undefined : 'model_not_configured';
  }
}
