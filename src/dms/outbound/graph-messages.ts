import { Injectable } from '@nestjs/common';
import {
  classifyGraphFailure,
  GraphApiError,
  GraphClient,
  isGraphError,
  type GraphError,
  type GraphUsage,
  type SendBody,
} from '#libs/graph-api';
import { Clock } from '#libs/clock';
import type { AccountAccess } from '../../accounts/index.js';
import type { DmRecord, OutboundBody } from '../dm.schema.js';
import type { CallOutcome } from './call-outcome.js';
import { SendPace } from './send-pace.js';
import { windowSentence } from './send-window.js';

/** A message of ours as Meta's conversation shows it. */
export interface ShownMessage {
  mid: string;
  text?: string;
  attachments: { type: string }[];
  /** ms, by Meta's clock. */
  timestamp: number;
}

/** What Meta shows of our latest messages in a conversation. */
export interface Sight {
  /** Oldest first. */
  messages: ShownMessage[];
  /** Nothing of what was written before this time (ms) could be seen; `-Infinity`: all of it was. */
  reachesBackTo: number;
}

/** Of older messages Meta tells no more than that they exist. */
const shownMessages = 20;

/** The calls to Meta that sending needs; what Meta says comes back as an outcome, not as an error. */
@Injectable()
export class GraphMessages {
  constructor(
    private readonly graph: GraphClient,
    private readonly pace: SendPace,
    private readonly clock: Clock,
  ) {}

  /** Makes the one call. It is never cut short by a shutdown: its outcome is worth the wait. */
  async send(access: AccountAccess, dm: DmRecord): Promise<CallOutcome> {
    try {
      const { messageId, recipientId, raw, usage } = await this.graph.send(access, bodyOf(dm));
      await this.noteUsage(dm.platform_account_id, usage);
      return { kind: 'sent', mid: messageId, recipientId, result: raw };
    } catch (error) {
      if (!isGraphError(error)) throw error;
      await this.noteUsage(dm.platform_account_id, error.usage);
      return this.outcomeOf(error);
    }
  }

  /**
   * What Meta shows of our latest messages to this person. A look costs two calls.
   * @returns `undefined` when Meta could not be asked
   */
  async recentlySent(access: AccountAccess, participantId: string): Promise<Sight | undefined> {
    try {
      const conversation = await this.graph.findConversation(access, participantId);
      if (!conversation) return { messages: [], reachesBackTo: -Infinity };
      const { items } = await this.graph.getMessages(access, conversation.id, { limit: shownMessages });
      const times = items.flatMap(({ createdAt }) => createdAt ?? []);
      const messages = items
        .filter(({ from, createdAt }) => from !== undefined && from.id !== participantId && createdAt !== undefined)
        .map(({ id, text, attachments, createdAt }) => ({ mid: id, text, attachments, timestamp: createdAt ?? 0 }))
        .reverse();
      return { messages, reachesBackTo: items.length < shownMessages ? -Infinity : Math.min(...times) };
    } catch (error) {
      if (isGraphError(error)) return undefined;
      throw error;
    }
  }

  private outcomeOf(error: GraphError): CallOutcome {
    const { kind, retryAfterMs } = classifyGraphFailure(error);
    const api = error instanceof GraphApiError ? error : undefined;
    const said = {
      kind,
      message: kind === 'outside_window' ? windowSentence : error.message,
      ...(api?.code === undefined ? {} : { code: api.code }),
      ...(api?.subcode === undefined ? {} : { subcode: api.subcode }),
      ...(api?.fbtraceId === undefined ? {} : { fbtrace_id: api.fbtraceId }),
    };
    if (kind === 'outcome_unknown') return { kind: 'unknown', error: said };
    const heldUntil = retryAfterMs === undefined ? undefined : new Date(this.clock.now() + retryAfterMs);
    return { kind: 'not_sent', refusal: kind, error: said, heldUntil };
  }

  private async noteUsage(accountId: string, usage: GraphUsage | undefined): Promise<void> {
    if (!usage) return;
    const regainAccessAt = usage.regainMs > 0 ? new Date(this.clock.now() + usage.regainMs) : undefined;
    await this.pace.noteUsage(accountId, { percent: usage.percent, ...(regainAccessAt ? { regainAccessAt } : {}) });
  }
}

function bodyOf({ outbound = {}, source, recipient_id, text }: DmRecord): SendBody {
  const { attachment, quick_replies, comment_id, reply_to_mid, tag } = outbound;
  // Meta allows the tag for what a person wrote, never for the agent.
  const isTagged = tag === 'HUMAN_AGENT' && source === 'api';
  const message: SendBody['message'] = {
    ...(attachment ? { attachment: attachmentOf(attachment) } : { text }),
    ...(quick_replies ? { quick_replies: quick_replies.map((reply) => ({ content_type: 'text', ...reply })) } : {}),
  };
  if (comment_id !== undefined) return { recipient: { comment_id }, message };
  return {
    recipient: { id: recipient_id },
    messaging_type: isTagged ? 'MESSAGE_TAG' : 'RESPONSE',
    ...(isTagged ? { tag } : {}),
    message,
    ...(reply_to_mid === undefined ? {} : { reply_to: { mid: reply_to_mid } }),
  };
}

function attachmentOf({ type, url, is_reusable }: NonNullable<OutboundBody['attachment']>) {
  return { type, payload: { url, ...(is_reusable === undefined ? {} : { is_reusable }) } };
}
