import { businessIdOf, personIdOf } from '../world/ids.js';
import type { Account, Conversation, Message } from '../world/types.js';
import { deliveryEvent, messageEvent } from '../webhooks/event.js';
import { accountInPath, objectParameter, parameter, textOf, textParameter } from './graph-call.js';
import type { GraphResult, GraphCall, GraphContext } from './graph-call.js';
import type { GraphRouteSpec } from './graph-door.js';
import { refuse, refuseParameter } from './graph-error.js';
import { sendWhatsApp } from '../whatsapp/whatsapp.routes.js';
import { checkMessagingType, checkWindow, claimComment, findComment, readContent } from './send-rules.js';
import type { Content } from './send-rules.js';

const SENDER_ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'];

/** `POST /{ig-id}/messages`: everything a business can say or do in a conversation. */
export function sendRoutes(context: GraphContext): GraphRouteSpec[] {
  return [
    {
      method: 'POST',
      path: '/:id/messages',
      route: ({ body }) => (body.sender_action === undefined && body.status === undefined ? 'send' : 'sender_action'),
      handler: (call) => {
        if (context.whatsapp.world.findNumber(call.params.id ?? '')) return sendWhatsApp(context, call);
        const account = accountInPath(call);
        if (!call.token.scopes.some((scope) => scope.endsWith('manage_messages'))) refuse('missing_scope');
        const recipient = objectParameter(call, 'recipient');
        if (!recipient) refuseParameter('Param recipient must be a JSON object');
        return parameter(call, 'sender_action') === undefined
          ? sendMessage(context, call, account, recipient)
          : senderAction(context, call, conversationWith(context, call, account, recipient.id));
      },
    },
  ];
}

function sendMessage(
  context: GraphContext,
  call: GraphCall,
  account: Account,
  recipient: Record<string, unknown>,
): GraphResult {
  const message = objectParameter(call, 'message');
  if (!message) refuseParameter('The parameter message is required');
  const tag = (parameter(call, 'tag') as string | undefined) ?? null;
  const now = context.clock.now();
  const commentId = recipient.comment_id === undefined ? null : textOf(recipient.comment_id);
  let conversation: Conversation;
  let content: Content;
  if (commentId === null) {
    conversation = conversationWith(context, call, account, recipient.id);
    content = readContent(message, conversation.channel);
    if (conversation.channel === 'messenger') checkMessagingType(parameter(call, 'messaging_type'), tag);
    checkWindow(conversation, tag, now);
  } else {
    const comment = findComment(context.world, account.igId, commentId, now);
    content = readContent(message, comment.channel);
    conversation = claimComment(context.world, comment);
  }
  content.replyTo = readReplyTo(context, call, conversation);
  const sent = context.world.addMessage(conversation, { from: 'business', via: 'api', ...content });
  if (call.showsAfterMs > 0) sent.showsAt = now + call.showsAfterMs;
  return accepted(context, call, conversation, sent, { tag, commentId });
}

function accepted(
  context: GraphContext,
  call: GraphCall,
  conversation: Conversation,
  message: Message,
  { tag, commentId }: { tag: string | null; commentId: string | null },
): GraphResult {
  const { account, person, channel } = conversation;
  const recipientId = personIdOf(conversation, call.login);
  const sent = context.ledger.accept({
    channel,
    accountId: businessIdOf(conversation),
    handle: message.metadata ?? null,
    recipientId,
    login: call.login,
    mid: message.mids[call.login],
    text: message.text ?? null,
    attachments: (message.attachments ?? []).map(({ type }) => type),
    quickReplies: (message.quickReplies ?? []).map(({ title }) => title ?? ''),
    tag,
    commentId,
    at: message.at,
    callId: call.record.id,
    answered: true,
  });
  context.live.tell({ kind: 'message', channel, account: account.igId, customer: person.username, message });
  return { body: { recipient_id: recipientId, message_id: sent.mid }, sent, ...echoes(context, conversation, message) };
}

function echoes(context: GraphContext, conversation: Conversation, message: Message) {
  const { showsAt } = message;
  const echo = () => {
    const told = context.webhooks.emit(messageEvent(conversation, message));
    const isBrought = conversation.channel === 'messenger' && context.webhooks.settings.receipts;
    return isBrought
      ? [...told, ...context.webhooks.emit(deliveryEvent(conversation, message, context.clock.now()))]
      : told;
  };
  const { echo: order } = context.webhooks.settings;
  if (showsAt !== undefined && order !== 'never')
    return { after: () => context.webhooks.at(showsAt, () => (order === 'twice' ? [echo(), echo()] : echo())) };
  switch (order) {
    case 'never':
      return {};
    case 'before':
      return { before: async () => void (await Promise.all(echo().map((delivery) => firstAttempt(delivery.settled)))) };
    case 'twice':
      return { after: () => void [echo(), echo()] };
    case 'after':
      return { after: () => void echo() };
  }
}

/** A server that only takes the echo once it has the answer must not hang for ever. */
async function firstAttempt(settled: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, 2_000)));
  await Promise.race([settled, patience]);
  clearTimeout(timer);
}

function senderAction(context: GraphContext, call: GraphCall, conversation: Conversation): GraphResult {
  const action = textParameter(call, 'sender_action');
  if (!SENDER_ACTIONS.includes(action)) {
    refuseParameter(`Param sender_action must be one of {${SENDER_ACTIONS.join(', ')}}`);
  }
  checkWindow(conversation, null, context.clock.now());
  const { account, person, channel } = conversation;
  const live = { channel, account: account.igId, customer: person.username };
  if (action === 'mark_seen') {
    conversation.seenByBusinessAt = context.clock.now();
    context.live.tell({ kind: 'seen', by: 'business', at: conversation.seenByBusinessAt, ...live });
  } else if (action === 'react' || action === 'unreact') {
    react(context, call, conversation, action);
  } else {
    conversation.businessTyping = action === 'typing_on';
    context.live.tell({ kind: 'typing', on: conversation.businessTyping, ...live });
  }
  return { body: { recipient_id: personIdOf(conversation, call.login) } };
}

function react(context: GraphContext, call: GraphCall, conversation: Conversation, action: string): void {
  const { message_id, reaction } = objectParameter(call, 'payload') ?? {};
  const found = context.world.findMessage(textOf(message_id));
  if (!found || found.conversation !== conversation) refuseParameter('Param payload[message_id] is not a message here');
  const { message } = found;
  if (action === 'react' && typeof reaction !== 'string') refuseParameter('Param payload[reaction] must be a string');
  message.reactions = message.reactions.filter(({ by }) => by !== 'business');
  if (action === 'react') message.reactions.push({ by: 'business', reaction: reaction as string, emoji: '❤️' });
  const { account, person, channel } = conversation;
  context.live.tell({ kind: 'message', channel, account: account.igId, customer: person.username, message });
}

/** A stranger's id and an id scoped to another account or login are the same to Meta: no such user. */
function conversationWith(context: GraphContext, call: GraphCall, account: Account, id: unknown): Conversation {
  const scoped = context.world.findScoped(textOf(id));
  if (!scoped || scoped.account !== account || scoped.login !== call.login)
    return refuse(call.login === 'facebook' ? 'no_page_user' : 'no_user');
  return context.world.conversation(account, scoped.person, scoped.channel);
}

function readReplyTo(context: GraphContext, call: GraphCall, conversation: Conversation): Message['replyTo'] {
  const inside = objectParameter(call, 'message')?.reply_to as Record<string, unknown> | undefined;
  const replyTo = objectParameter(call, 'reply_to') ?? inside;
  if (!replyTo) return undefined;
  const found = context.world.findMessage(textOf(replyTo.mid));
  if (!found || found.conversation !== conversation) refuseParameter('Param reply_to[mid] is not a message here');
  return { itemId: found.message.itemId };
}
