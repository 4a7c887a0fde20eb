import type { GraphAccess, GraphCallOptions, GraphLogin, GraphToken } from './access.js';
import { GraphCaller, type GraphClientOptions } from './caller.js';
import { ConversationsArea, type GraphConversation, type GraphMessage, type PageOptions } from './conversations.js';
import type { GraphRoute } from './errors.js';
import { GraphHosts } from './hosts.js';
import { MessagesArea, type SendCallOptions, type SendResult } from './messages.js';
import {
  OAuthArea,
  type AppCredentials,
  type AuthorizeRequest,
  type GrantedPermissions,
  type TokenGrant,
  type TokenInfo,
} from './oauth.js';
import { iterate, type GraphPage } from './paging.js';
import { PeopleArea, type MeResult, type PageResult, type UserProfile } from './people.js';
import {
  mediaBody,
  privateReplyBody,
  quickRepliesBody,
  senderActionBody,
  textBody,
  type MessageOptions,
  type QuickReply,
  type SendBody,
  type SenderAction,
  type SendMedia,
} from './send-body.js';
import { SubscriptionsArea, type SubscribeResult, type Subscription } from './subscriptions.js';

/** A file, and the fields beside it. */
export interface UploadForm {
  fields: Record<string, string>;
  file: { name: string; contentType: string; bytes: Buffer };
}

/** A call of {@link GraphClient.request}: ids and names of the path are its segments. */
export interface OtherRequest {
  method: GraphRoute['method'];
  path: readonly string[];
  query?: Record<string, string | undefined>;
  json?: object;
  /** Sent as a form with a file in it, instead of JSON. */
  upload?: UploadForm;
  /** The account it is made for, as metrics and notes know it. */
  accountId?: string;
}

export type SendOptions = GraphCallOptions & MessageOptions;

/**
 * Meta's Graph API for Instagram messaging, on both hosts. Holds no account: every call says on whose behalf it is made.
 * Nothing is repeated here: after a failed send, `classifyGraphFailure` says whether repeating it is safe.
 *
 * Every method rejects with {@link GraphApiError} or {@link GraphCallError} and nothing else; neither ever holds a token.
 */
export class GraphClient {
  private readonly caller: GraphCaller;
  private readonly hosts: GraphHosts;
  private readonly messages: MessagesArea;
  private readonly people: PeopleArea;
  private readonly conversations: ConversationsArea;
  private readonly subscriptions: SubscriptionsArea;
  private readonly oauth: OAuthArea;

  constructor(options: GraphClientOptions = {}) {
    const hosts = (this.hosts = new GraphHosts(options));
    this.caller = new GraphCaller(options);
    this.messages = new MessagesArea(this.caller, hosts);
    this.people = new PeopleArea(this.caller, hosts);
    this.conversations = new ConversationsArea(this.caller, hosts);
    this.subscriptions = new SubscriptionsArea(this.caller, hosts);
    this.oauth = new OAuthArea(this.caller, hosts);
  }

  /** Sends any message body. Checked against Meta's limits first: a body over them is a `GraphCallError` `invalid`. */
  send(access: GraphAccess, body: SendBody, options?: SendCallOptions): Promise<SendResult> {
    return this.messages.send(access, body, options);
  }

  /** At most 1000 bytes of UTF-8: see `splitText`. */
  sendMessage(access: GraphAccess, recipientId: string, text: string, options?: SendOptions): Promise<SendResult> {
    return this.send(access, textBody(recipientId, text, options), options);
  }

  sendMedia(access: GraphAccess, recipientId: string, media: SendMedia, options?: SendOptions): Promise<SendResult> {
    return this.send(access, mediaBody(recipientId, media, options), options);
  }

  /** At most 13, titles of at most 20 characters. */
  sendQuickReplies(
    access: GraphAccess,
    recipientId: string,
    text: string,
    quickReplies: readonly QuickReply[],
    options?: SendOptions,
  ): Promise<SendResult> {
    return this.send(access, quickRepliesBody(recipientId, text, quickReplies, options), options);
  }

  /** Answers a comment in private, once, within 7 days. `recipientId` of the result is the author's id. */
  sendPrivateReply(
    access: GraphAccess,
    commentId: string,
    text: string,
    options?: GraphCallOptions,
  ): Promise<SendResult> {
    return this.send(access, privateReplyBody(commentId, text), options);
  }

  /** Typing, seen, reactions. */
  senderAction(
    access: GraphAccess,
    recipientId: string,
    action: SenderAction,
    options?: GraphCallOptions,
  ): Promise<void> {
    return this.messages.act(access, senderActionBody(recipientId, action), options);
  }

  /** Refused with 230 before the person's consent. Must never be in the way of storing a message. */
  getUserProfile(access: GraphAccess, igsid: string, options?: GraphCallOptions): Promise<UserProfile> {
    return this.people.profile(access, igsid, options);
  }

  /** Whose token this is; for login `facebook` a person or a Page. */
  getMe(token: GraphToken, options?: GraphCallOptions): Promise<MeResult> {
    return this.people.me(token, options);
  }

  /** Login `facebook`: the Pages of a person's token, with their own tokens and their Instagram accounts. */
  getPages(token: GraphToken, options?: GraphCallOptions): Promise<PageResult[]> {
    return this.people.pages(token, options);
  }

  /** Login `facebook`: the Page of a Page's token. */
  getOwnPage(token: GraphToken, options?: GraphCallOptions): Promise<PageResult> {
    return this.people.ownPage(token, options);
  }

  /** One page of the account's conversations, the latest first; `userId` asks for the one with this person. */
  getConversations(
    access: GraphAccess,
    options?: PageOptions & { userId?: string },
  ): Promise<GraphPage<GraphConversation>> {
    return this.conversations.conversations(access, options);
  }

  /** All conversations, page after page as they are asked for. */
  eachConversation(access: GraphAccess, options?: PageOptions): AsyncGenerator<GraphConversation, void, undefined> {
    return iterate((after) => this.getConversations(access, { ...options, after: after ?? options?.after }));
  }

  /** The conversation with this person, if there is one. */
  async findConversation(
    access: GraphAccess,
    userId: string,
    options?: PageOptions,
  ): Promise<GraphConversation | undefined> {
    const { items } = await this.getConversations(access, { ...options, userId });
    const found = items.find(({ participants }) => participants.some(({ id }) => id === userId));
    // Asked for one person, Meta lists one conversation, not always with its participants.
    const [only] = items;
    return found ?? (items.length === 1 && only?.participants.length === 0 ? only : undefined);
  }

  /** One page of a conversation's messages, the newest first. Of older ones than the 20 newest only id and time. */
  getMessages(access: GraphAccess, conversationId: string, options?: PageOptions): Promise<GraphPage<GraphMessage>> {
    return this.conversations.messages(access, conversationId, options);
  }

  /** Refused with 100 when it was unsent or isn't among the 20 newest of its conversation. */
  getMessage(access: GraphAccess, messageId: string, options?: GraphCallOptions): Promise<GraphMessage> {
    return this.conversations.message(access, messageId, options);
  }

  /** Subscribes the account's webhooks, without the fields that Meta refuses. Replaces what was subscribed before. */
  subscribe(access: GraphAccess, fields: readonly string[], options?: GraphCallOptions): Promise<SubscribeResult> {
    return this.subscriptions.subscribe(access, fields, options);
  }

  /** Which apps get the account's webhooks; empty is the commonest reason why none arrive. */
  getSubscriptions(access: GraphAccess, options?: GraphCallOptions): Promise<Subscription[]> {
    return this.subscriptions.list(access, options);
  }

  unsubscribe(access: GraphAccess, options?: GraphCallOptions): Promise<void> {
    return this.subscriptions.unsubscribe(access, options);
  }

  /** Where a person is sent to log in. Makes no call. */
  authorizeUrl(login: GraphLogin, request: AuthorizeRequest): string {
    return this.oauth.authorizeUrl(login, request);
  }

  /** Turns the code of the redirect into a short-lived token. `redirectUri` must be the one of the dialog. */
  exchangeCode(
    login: GraphLogin,
    request: AppCredentials & { redirectUri: string; code: string },
    options?: GraphCallOptions,
  ): Promise<TokenGrant> {
    return this.oauth.exchangeCode(login, request, options);
  }

  /** Turns a short-lived token into one of 60 days. */
  exchangeLongLived(token: GraphToken, app: AppCredentials, options?: GraphCallOptions): Promise<TokenGrant> {
    return this.oauth.exchangeLongLived(token, app, options);
  }

  /** Login `instagram`: renews a long-lived token. One under 24 hours is refused: see `isTokenTooYoung`. */
  refresh(accessToken: string, options?: GraphCallOptions): Promise<TokenGrant> {
    return this.oauth.refresh(accessToken, options);
  }

  /** Login `facebook`: what Meta knows of a token. */
  debugToken(accessToken: string, app: AppCredentials, options?: GraphCallOptions): Promise<TokenInfo> {
    return this.oauth.debugToken(accessToken, app, options);
  }

  /** Login `facebook`: which permissions the person gave. */
  getPermissions(token: GraphToken, options?: GraphCallOptions): Promise<GrantedPermissions> {
    return this.oauth.permissions(token, options);
  }

  /**
   * Any other route of the Graph API, for what is built on this client: the WhatsApp Business Cloud API.
   * @param name what metrics call the route
   */
  async request(token: GraphToken, name: string, request: OtherRequest, options?: GraphCallOptions): Promise<unknown> {
    const { method, path, query, json, upload, accountId } = request;
    const route: GraphRoute = { host: token.login, route: name, method };
    const url = this.hosts.graph(token.login, ...path);
    const { accessToken } = token;
    const raw = upload && (await encoded(upload));
    const answer = await this.caller.call({ ...route, url, query, json, raw, accessToken, igId: accountId }, options);
    return answer.body;
  }

  /** Waits for running calls and ends the connections. Calls after it fail as `closed`. */
  close(): Promise<void> {
    return this.caller.close();
  }
}

async function encoded({ fields, file }: UploadForm): Promise<{ contentType: string; body: Buffer }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append('file', new Blob([new Uint8Array(file.bytes)], { type: file.contentType }), file.name);
  const response = new Response(form);
  const body = Buffer.from(await response.arrayBuffer());
  return { contentType: response.headers.get('content-type') ?? 'multipart/form-data', body };
}
