import {
  GraphCallError,
  isObject,
  listIn,
  toId,
  type GraphCallOptions,
  type GraphClient,
  type PersonId,
} from '#libs/graph-api';
import { personIdsIn } from './person-ids.js';

/** On whose behalf a call is made. */
export interface WhatsAppAccess {
  accessToken: string;
  phoneNumberId: string;
}

/** What WhatsApp says of a message it took: accepted, no more. */
export interface WhatsAppSent {
  /** The `wamid`. It contains the person's number: never in a log. */
  messageId: string;
  /** Ids of the person; the number may differ from the one that was written to. */
  personIds: PersonId[];
  raw: unknown;
}

/** The WhatsApp Business Cloud API. Nothing is repeated here. Rejects with the Graph client's errors alone. */
export class WhatsAppClient {
  constructor(private readonly graph: GraphClient) {}

  /** A good status without a message id says nothing: the message may be out, so that is `unknown`. */
  async send(access: WhatsAppAccess, body: object, options?: GraphCallOptions): Promise<WhatsAppSent> {
    const raw = await this.call(access, 'whatsapp_send', { method: 'POST', path: [access.phoneNumberId, 'messages'], json: body }, options); // prettier-ignore
    const answer = isObject(raw) ? raw : {};
    const [message] = listIn(answer.messages).filter(isObject);
    const [contact = {}] = listIn(answer.contacts).filter(isObject);
    const messageId = toId(message?.id);
    if (messageId === undefined)
      throw new GraphCallError('The answer names no message. It may have been sent.', {
        ...{ host: 'facebook', route: 'whatsapp_send', method: 'POST' },
        reason: 'unreadable',
        delivered: 'unknown',
        httpStatus: 200,
      });
    return { messageId, personIds: personIdsIn(contact.wa_id, contact.user_id), raw };
  }

  /** Marks what the person wrote as read, up to this message, and shows typing with it if asked. */
  async markRead(access: WhatsAppAccess, mid: string, typing: boolean, options?: GraphCallOptions): Promise<void> {
    const json = {
      messaging_product: 'whatsapp',
      status: 'read',
      message_id: mid,
      ...(typing ? { typing_indicator: { type: 'text' } } : {}),
    };
    await this.call(
      access,
      'whatsapp_read',
      { method: 'POST', path: [access.phoneNumberId, 'messages'], json },
      options,
    );
  }

  /** Any other route. */
  call(
    { accessToken, phoneNumberId }: WhatsAppAccess,
    name: string,
    request: {
      method: 'GET' | 'POST' | 'DELETE';
      path: readonly string[];
      query?: Record<string, string>;
      json?: object;
    },
    options?: GraphCallOptions,
  ): Promise<unknown> {
    return this.graph.request(
      { login: 'facebook', accessToken },
      name,
      { ...request, accountId: phoneNumberId },
      options,
    );
  }
}
