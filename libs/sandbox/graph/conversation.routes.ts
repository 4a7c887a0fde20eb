import { businessIdOf, personIdOf } from '../world/ids.js';
import type { Conversation, Login, Message } from '../world/types.js';
import { threadIdOf } from '../world/world.js';
import { parseFields, pick } from './fields.js';
import type { FieldList } from './fields.js';
import { accountInPath, parameter } from './graph-call.js';
import type { GraphResult, GraphCall, GraphContext } from './graph-call.js';
import type { GraphRouteSpec } from './graph-door.js';
import { GRAPH_ERRORS, GraphError, refuseUnknownObject } from './graph-error.js';
import { pageOf } from './paging.js';

/** Meta tells details of this many messages of a conversation, the newest; of older ones only that they exist. */
const DETAILED_MESSAGES = 20;

/** The lists: conversations of an account, messages of a conversation. */
export function conversationRoutes(context: GraphContext): GraphRouteSpec[] {
  return [
    {
      method: 'GET',
      path: '/:id/conversations',
      route: 'conversations',
      handler: (call) => listConversations(context, call),
    },
    { method: 'GET', path: '/:id/messages', route: 'messages', handler: (call) => listMessages(context, call) },
  ];
}

/** Over a Page, Meta lists Messenger's conversations unless told `platform=instagram`. */
function listConversations(context: GraphContext, call: GraphCall): GraphResult {
  const account = accountInPath(call);
  const platform = parameter(call, 'platform') ?? (call.login === 'facebook' ? 'messenger' : 'instagram');
  const userId = parameter(call, 'user_id');
  const isKnown = platform === 'instagram' || (platform === 'messenger' && call.login === 'facebook');
  const found = isKnown ? context.world.conversationsOf(account, platform) : [];
  const wanted = found.filter((one) => userId === undefined || personIdOf(one, call.login) === userId);
  const fields = parseFields(parameter(call, 'fields'));
  const page = pageOf(wanted, call.query, urlOf(context, call));
  return { body: { ...page, data: page.data.map((one) => describeConversation(context, call, one, fields)) } };
}

/** A conversation with the fields asked for; `messages` nests the first page of them. */
export function describeConversation(
  context: GraphContext,
  call: GraphCall,
  conversation: Conversation,
  fields: FieldList | null,
): Record<string, unknown> {
  const { business, customer } = partiesOf(conversation, call.login);
  const id = threadIdOf(conversation, call.login);
  const nested = fields?.get('messages');
  const all = {
    id,
    updated_time: graphTime(conversation.updatedAt),
    participants: {
      data: [business, customer],
    },
    ...(nested && {
      messages: messagePage(context, call, conversation, nested.fields, {
        url: `${urlOf(context, call).replace(/[^/]+$/, '')}${id}/messages`,
        query: pickToken(call.query),
        limit: nested.limit,
      }),
    }),
  };
  return pick(all, fields, ['id', 'updated_time']);
}

function listMessages(context: GraphContext, call: GraphCall): GraphResult {
  const conversation = conversationInPath(context, call);
  const fields = parseFields(parameter(call, 'fields'));
  return { body: messagePage(context, call, conversation, fields, { url: urlOf(context, call), query: call.query }) };
}

function messagePage(
  context: GraphContext,
  call: GraphCall,
  conversation: Conversation,
  fields: FieldList | null,
  { url, query, limit }: { url: string; query: Record<string, string>; limit?: number },
) {
  const newestFirst = visible(context, conversation).reverse();
  const detailed = new Set(newestFirst.slice(0, DETAILED_MESSAGES));
  const page = pageOf(newestFirst, query, url, { limit });
  const data = page.data.map((message) => {
    const known = describeMessage(conversation, message, call.login);
    const { id, created_time, is_unsupported } = known;
    if (context.shapes.messages === 'ids') return { id };
    return pick(detailed.has(message) ? known : { id, created_time, is_unsupported }, fields, [
      'id',
      'created_time',
      'is_unsupported',
    ]);
  });
  return { ...page, data };
}

/** The conversation whose id is in the path, if it is the token's. */
export function conversationInPath(context: GraphContext, call: GraphCall): Conversation {
  const id = call.params.id as string;
  const found = context.world.findConversation(id);
  if (!found || found.login !== call.login || found.conversation.account !== call.token.account) {
    return refuseUnknownObject(id, call.record.method);
  }
  return found.conversation;
}

/**
 * `GET /{message}`.
 * @throws {GraphError} 100 when it was unsent or isn't among the 20 newest
 */
export function messageDetail(context: GraphContext, call: GraphCall): GraphResult {
  const id = call.params.id as string;
  const found = context.world.findMessage(id);
  if (!found || found.login !== call.login || found.conversation.account !== call.token.account) {
    return refuseUnknownObject(id, call.record.method);
  }
  const { conversation, message } = found;
  if (!visible(context, conversation).slice(-DETAILED_MESSAGES).includes(message)) {
    throw new GraphError({
      ...GRAPH_ERRORS.bad_parameter,
      message: 'The message has been deleted or is not among the 20 most recent messages',
    });
  }
  const fields = parseFields(parameter(call, 'fields'));
  return { body: pick(describeMessage(conversation, message, call.login), fields, ['id', 'created_time']) };
}

function visible({ clock }: GraphContext, { messages }: Conversation): Message[] {
  return messages.filter(({ unsent, showsAt = 0 }) => !unsent && showsAt <= clock.now());
}

/** Instagram shows usernames, Messenger names. */
function partiesOf(conversation: Conversation, login: Login) {
  const { channel, account, person } = conversation;
  const ids = { business: businessIdOf(conversation), customer: personIdOf(conversation, login) };
  return channel === 'messenger'
    ? {
        business: { name: account.pageName, email: `${ids.business}@facebook.com`, id: ids.business },
        customer: { name: person.name ?? 'Facebook user', email: `${ids.customer}@facebook.com`, id: ids.customer },
      }
    : {
        business: { username: account.username, id: ids.business },
        customer: { username: person.username, id: ids.customer },
      };
}

function describeMessage(conversation: Conversation, message: Message, login: Login): Record<string, unknown> {
  const { business, customer } = partiesOf(conversation, login);
  const [from, to] = message.from === 'customer' ? [customer, business] : [business, customer];
  const attachments = message.attachments?.map(describeAttachment);
  return {
    id: message.mids[login],
    created_time: graphTime(message.at),
    from,
    to: { data: [to] },
    message: message.text ?? '',
    is_unsupported: message.unsupported,
    ...(attachments && { attachments: { data: attachments } }),
    ...(message.reactions.length > 0 && {
      reactions: {
        data: message.reactions.map(({ by, reaction, emoji }) => ({
          reaction,
          emoji,
          users: [by === 'customer' ? customer : business],
        })),
      },
    }),
  };
}

function describeAttachment({ type, payload }: { type: string; payload?: Record<string, unknown> }): object {
  const url = payload?.url;
  if (type === 'image') return { image_data: { url, preview_url: url, width: 1080, height: 1080 } };
  if (type === 'video') return { video_data: { url, preview_url: url, width: 1080, height: 1920 } };
  return { file_url: url, ...(type === 'audio' && { mime_type: 'audio/mp4' }) };
}

/** As in `2025-07-28T22:44:49+0000`: whole seconds. */
function graphTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}+0000`;
}

function urlOf(context: GraphContext, call: GraphCall): string {
  const version = call.record.version ? `/${call.record.version}` : '';
  return `${context.baseUrl()}/${call.login}${version}${call.record.path}`;
}

function pickToken({ access_token }: Record<string, string>): Record<string, string> {
  return access_token === undefined ? {} : { access_token };
}
