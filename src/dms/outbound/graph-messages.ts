import { Injectable } from '@nestjs/common';
import {
  classifyGraphFailure,
  GraphApiError,
  GraphClient,
  isGraphError,
  type GraphError,
  type GraphMessage,
  type GraphUsage,
  type SendBody,
} from '#libs/graph-api';
import { Clock } from '#libs/clock';
import type { AccountAccess } from '../../accounts/index.js';
import type { DmRecord, OutboundBody } from '../dm.schema.js';
import type { CallOutcome } from './call-outcome.js';
import { SendPace } from './send-pace.js';
import { windowSentence } from './send-window.js';

/** A message as Meta's conversation shows it; what Meta left out is absent. */
export interface ShownMessage {
  mid: string;
  /** Whether the account wrote it. */
  isOurs?: boolean;
  text?: string;
  attachments: { type: string }[];
  /** ms, by Meta's clock: whole seconds. */
  timestamp?: number;
}

/** The newest messages of a conversation. */
export interface Listing {
  /** Newest first. */
  messages: ShownMessage[];
  /** There are no older ones. */
  isWhole: boolean;
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
   * The newest messages of the conversation with this person. It costs two calls.
   * @returns `undefined` when Meta could not be asked, or shows no conversation with them
   */
  async newest(access: AccountAccess, participantId: string): Promise<Listing | undefined> {
    return answered(async () => {
      const conversation = await this.graph.findConversation(access, participantId);
      if (!conversation) return undefined;
      const page = await this.graph.getMessages(access, conversation.id, { limit: shownMessages });
      const messages = page.items.map((item) => shown(item, participantId));
      const isWhole = page.after === undefined && !page.isPartial && messages.length < shownMessages;
      return { messages, isWhole };
    });
  }

  /** One message by its id, where a list gave no more than that. @returns `undefined` when Meta does not tell */
  async detailOf(access: AccountAccess, mid: string, participantId: string): Promise<ShownMessage | undefined> {
    return answered(async () => shown(await this.graph.getMessage(access, mid), participantId));
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

async function answered<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isGraphError(error)) return undefined;
    throw error;
  }
}

function shown({ id, from, text, attachments, createdAt }: GraphMessage, participantId: string): ShownMessage {
  return {
    mid: id,
    attachments,
    ...(from === undefined ? {} : { isOurs: from.id !== participantId }),
    ...(text === undefined ? {} : { text }),
    ...(createdAt === undefined ? {} : { timestamp: createdAt }),
  };
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
