import { Inject, Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { Clock } from '#libs/clock';
import { AccountsService, UserSettingsService, type AccountSummary } from '../../accounts/index.js';
import type { Principal, TenantScope } from '../../auth/index.js';
import { AppConfig } from '../../config/index.js';
import { ConversationsRepository } from '../../conversations/index.js';
import { DmsRepository, type Dm } from '../../dms/index.js';
import { ConflictError, NotFoundError, TooManyRequestsError, UpstreamError } from '../../errors/index.js';
import { REDIS, type RedisClient } from '../../redis/index.js';
import type { AnswerRecord } from '../answer/answer-record.js';
import { ReplyComposerService, type Composition, type Question } from '../answer/reply-composer.service.js';
import { clearlyAsksForPerson, mentionsPerson } from '../answer/asks-for-person.js';
import { escalationWords, fallbackWords } from '../answer/own-words.js';
import { ModelClient } from '../model/model.client.js';
import { ChannelsService, type ChannelOutbound } from '../../channels/index.js';
import type { AgentPreview, AgentPreviewDto } from './agent.dto.js';

const perMinute = 20;

/** The agent can't be asked at present. */
export class AgentOffError extends ConflictError {
  override readonly code = 'agent_off';
}

/** OpenAI gave no answer. */
export class ModelFailedError extends UpstreamError {
  override readonly code = 'model_failed';
}

/** Answers as the agent would, and sends nothing. */
@Injectable()
export class AgentPreviewsService {
  private readonly limiter: RateLimiterRedis;

  constructor(
    private readonly config: AppConfig,
    private readonly channels: ChannelsService,
    private readonly clock: Clock,
    private readonly accounts: AccountsService,
    private readonly userSettings: UserSettingsService,
    private readonly conversations: ConversationsRepository,
    private readonly dms: DmsRepository,
    private readonly composer: ReplyComposerService,
    private readonly model: ModelClient,
    @Inject(REDIS) redis: RedisClient,
  ) {
    const budget = { points: perMinute, duration: 60 };
    this.limiter = new RateLimiterRedis({
      ...budget,
      storeClient: redis,
      keyPrefix: `${config.REDIS_PREFIX}:agent-preview`,
      insuranceLimiter: new RateLimiterMemory(budget),
    });
  }

  /**
   * @throws {NotFoundError} no such account or conversation of the caller's
   * @throws {InvalidRequestError} unsaved settings with a model that is not allowed
   * @throws {AgentOffError} the agent is switched off for everybody, or has no model
   * @throws {TooManyRequestsError} too many previews, or the account's tokens of today are used up
   * @throws {ModelFailedError} the model gave no answer
   */
  async preview(
    caller: Principal,
    scope: TenantScope,
    asked: AgentPreviewDto,
    signal: AbortSignal,
  ): Promise<AgentPreview> {
    const account = await this.accounts.getOwned(scope, asked.account_id);
    if (!this.config.AGENT_ENABLED) throw new AgentOffError('The agent is switched off (AGENT_ENABLED).');
    if (!this.model.isConfigured) throw new AgentOffError('No model is configured (OPENAI_API_KEY).');
    const [settings, past] = await Promise.all([
      this.userSettings.agentSettingsWith(account, asked.settings ?? {}),
      this.pastOf(scope, account, asked.conversation_id),
    ]);
    await this.consume(caller);
    const open = this.openMessages(account, asked.messages ?? [asked.message ?? '']);
    const { outbound } = this.channels.get(account.channel);
    const question = { account, settings, ...past, open };
    if (clearlyAsksForPerson(open, settings))
      return escalated(question, outbound, { tokens: 0, now: this.clock.date() });
    const composition = await this.composer.compose(question, signal).catch((error: unknown) => {
      throw signal.aborted ? new ModelFailedError('The caller went away.', { cause: error }) : error;
    });
    return this.shown(composition, question, outbound);
  }

  private async pastOf(scope: TenantScope, account: AccountSummary, conversationId: string | undefined) {
    if (conversationId === undefined) return { conversation: {}, history: [] };
    const conversation = await this.conversations.get(scope, conversationId);
    if (conversation.platform_account_id !== account._id)
      throw new NotFoundError('The account has no such conversation.');
    const { participant_name, participant_username, referral } = conversation;
    const history = await this.dms.history(conversationId, { limit: 200 });
    return { conversation: { participant_name, participant_username, referral }, history };
  }

  private async consume({ tenant, actor, role }: Principal): Promise<void> {
    try {
      await this.limiter.consume(`${role}:${tenant}:${actor}`);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) throw refused;
      throw new TooManyRequestsError(`More than ${perMinute} previews a minute. Try again shortly.`, {
        retryAfterS: refused.msBeforeNext / 1000,
      });
    }
  }

  private shown(composition: Composition, question: Question, outbound: ChannelOutbound): AgentPreview {
    const { settings, open } = question;
    const now = this.clock.date();
    switch (composition.kind) {
      case 'reply': {
        const { text, parts, truncatedParts, tokens } = composition;
        if (composition.escalation) return escalated(question, outbound, { ...composition, now });
        const cut = truncatedParts === undefined ? {} : { truncated_parts: truncatedParts };
        return { outcome: 'reply', text, parts, ...cut, tokens };
      }
      case 'silent':
        return { outcome: 'silence', parts: [], reason: 'nothing_asked', tokens: composition.tokens };
      case 'withheld': {
        const { reason, tokens, record } = composition;
        if (composition.escalation) return escalated(question, outbound, { tokens, record, now });
        return fallBack(question, outbound, { reason: `withheld_${reason}`, tokens, record, now });
      }
      case 'over_budget':
        throw new TooManyRequestsError('The account’s tokens of today are used up.', {
          retryAfterS: 86_400 - ((this.clock.now() / 1_000) % 86_400),
        });
      case 'failed': {
        const { cause, tokens, failure, record } = composition;
        if (cause) throw cause;
        if (tokens === undefined) throw new ModelFailedError('The model gave no answer.', { details: { failure } });
        if (mentionsPerson(open, settings)) return escalated(question, outbound, { tokens, record, now });
        return fallBack(question, outbound, { reason: `model_${failure}`, tokens, record, now });
      }
    }
  }

  private openMessages(account: AccountSummary, texts: string[]): Dm[] {
    const now = this.clock.date();
    return texts.map((text, index) => ({
      _id: `preview-${index}`,
      platform_account_id: account._id,
      ig_id: account.external_id,
      user_id: account.user_id,
      conversation_id: '',
      sender_id: '',
      recipient_id: account.external_id,
      kind: 'message',
      text,
      attachments: [],
      timestamp: now.getTime(),
      is_echo: false,
      direction: 'inbound',
      read: false,
      manual_dm: false,
      source: 'api',
      reactions: [],
      edits: [],
      is_deleted: false,
      unsent: false,
      delivery_ids: [],
      created_at: now,
      updated_at: now,
    }));
  }
}

interface Found {
  now: Date;
  text?: string;
  tokens: number;
  record?: AnswerRecord;
}

function escalated(
  question: Question,
  outbound: ChannelOutbound,
  { text: said, tokens, record, now }: Found,
): AgentPreview {
  const text = escalationWords(question, { text: said, language: record?.answer?.language, now });
  return { outcome: 'hand_over', text, parts: outbound.splitText(text), tokens };
}

/** What the customer would get instead of an answer. */
function fallBack(
  question: Question,
  outbound: ChannelOutbound,
  { reason, tokens, record, now }: Found & { reason: string },
): AgentPreview {
  const text = fallbackWords(question, now, record);
  const told = text === undefined ? { parts: [] } : { text, parts: outbound.splitText(text) };
  return { outcome: text === undefined ? 'silence' : 'fallback', ...told, reason, tokens };
}
