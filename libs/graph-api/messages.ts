import { nodeOf, type GraphAccess, type GraphCallOptions } from './access.js';
import type { GraphCaller } from './caller.js';
import type { GraphHosts } from './hosts.js';
import { GraphCallError, type GraphRoute } from './errors.js';
import { toId } from './json.js';
import { isObject } from './read-answer.js';
import { findSendProblem, isSenderAction, type SendBody, type TextLimitOfBody } from './send-body.js';
import type { GraphUsage } from './usage.js';

/** What Meta says of a message it took. */
export interface SendResult {
  /** The person's id for this account. Of a private reply: the only link from the comment's author to their id. */
  recipientId?: string;
  /** Meta's id of the message (`mid`): the echo will carry the same. */
  messageId: string;
  usage?: GraphUsage;
  /** The answer as it came. */
  raw: unknown;
}

export interface SendCallOptions extends GraphCallOptions {
  /** The channel's limit of a text. Left out: Instagram's. */
  textLimit?: TextLimitOfBody;
}

/** `POST /{ig-id}/messages`: everything that is sent goes through here. */
export class MessagesArea {
  constructor(
    private readonly caller: GraphCaller,
    private readonly hosts: GraphHosts,
  ) {}

  /** Sends a message. A good status without a message id says nothing: the message may be out, so that is `unknown`. */
  async send(access: GraphAccess, body: SendBody, options?: SendCallOptions): Promise<SendResult> {
    const { answer, route } = await this.post(access, body, options);
    const fields = isObject(answer.body) ? answer.body : {};
    const messageId = toId(fields.message_id);
    if (messageId === undefined) {
      throw new GraphCallError('The answer names no message. It may have been sent.', {
        ...route,
        reason: 'unreadable',
        delivered: 'unknown',
        httpStatus: 200,
        usage: answer.usage,
      });
    }
    const recipientId = toId(fields.recipient_id);
    return {
      ...(recipientId === undefined ? {} : { recipientId }),
      messageId,
      ...(answer.usage && { usage: answer.usage }),
      raw: answer.body,
    };
  }

  /** Shows or reacts. Meta answers with the recipient at most. */
  async act(access: GraphAccess, body: SendBody, options?: GraphCallOptions): Promise<void> {
    await this.post(access, body, options);
  }

  private async post(access: GraphAccess, body: SendBody, options?: SendCallOptions) {
    const route: GraphRoute = {
      host: access.login,
      route: isSenderAction(body) ? 'sender_action' : 'send',
      method: 'POST',
    };
    const problem = findSendProblem(body, options?.textLimit);
    if (problem) throw new GraphCallError(problem, { ...route, reason: 'invalid', delivered: 'no' });
    const url = this.hosts.graph(access.login, nodeOf(access), 'messages');
    const { accessToken, igId } = access;
    return { route, answer: await this.caller.call({ ...route, url, json: body, accessToken, igId }, options) };
  }
}
