import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { AccountAccess } from '../../accounts/index.js';
import { ChannelsService, type Listing, type OutboundMessage, type ShownMessage } from '../../channels/index.js';
import type { DmRecord } from '../dm.schema.js';
import type { CallOutcome } from './call-outcome.js';
import { SendPaceService } from './send-pace.service.js';
import { sendHandleOf } from './send-handle.js';
import { windowSentence } from './send-window.js';

/** The calls that sending needs, made by the channel of the account. */
@Injectable()
export class ChannelMessagesService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly pace: SendPaceService,
    private readonly clock: Clock,
  ) {}

  /** Makes the one call. It is never cut short by a shutdown: its outcome is worth the wait. */
  async send(access: AccountAccess, dm: DmRecord): Promise<CallOutcome> {
    const { usage, ...result } = await this.channels.get(access.channel).outbound.send(access, messageOf(dm));
    if (usage) {
      const regainAccessAt = usage.regainMs > 0 ? new Date(this.clock.now() + usage.regainMs) : undefined;
      const noted = { percent: usage.percent, ...(regainAccessAt ? { regainAccessAt } : {}) };
      await this.pace.noteUsage(dm.platform_account_id, noted);
    }
    if (result.kind !== 'not_sent') return result;
    const { refusal, error, retryAfterMs, scope } = result;
    const said = refusal === 'outside_window' ? { ...error, message: windowSentence } : error;
    const heldUntil = retryAfterMs === undefined ? undefined : new Date(this.clock.now() + retryAfterMs);
    return { kind: 'not_sent', refusal, error: said, heldUntil, ...(scope ? { scope } : {}) };
  }

  /** @returns `undefined` when nothing can be seen: the channel has no record of sends, or could not be asked */
  async newest(access: AccountAccess, participantId: string): Promise<Listing | undefined> {
    return this.channels.get(access.channel).sentMessages?.newest(access, participantId);
  }

  /** One message by its id, where a list gave no more than that. @returns `undefined` when it is not told */
  async detailOf(access: AccountAccess, mid: string, participantId: string): Promise<ShownMessage | undefined> {
    return this.channels.get(access.channel).sentMessages?.detailOf(access, mid, participantId);
  }
}

function messageOf(dm: DmRecord): OutboundMessage {
  const { outbound = {}, source, recipient_id, text } = dm;
  const { attachment, quick_replies, template, comment_id, reply_to_mid, tag } = outbound;
  return {
    recipientId: recipient_id,
    text,
    attachment: attachment && { type: attachment.type, url: attachment.url, isReusable: attachment.is_reusable },
    quickReplies: quick_replies,
    template,
    replyToMid: reply_to_mid,
    sendHandle: sendHandleOf(dm),
    commentId: comment_id,
    // The longer window is for what a person wrote, never for the agent.
    asHumanAgent: tag === 'HUMAN_AGENT' && source === 'api',
  };
}
