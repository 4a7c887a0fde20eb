import { textOf } from '../graph/graph-call.js';
import type { Happened } from '../people/stage.js';
import type { Sandbox } from '../sandbox.js';
import type { SandboxAccount } from '../people/account.js';
import type { SandboxCustomer } from '../people/customer.js';
import type { Choice, Saying } from '../people/saying.js';
import type { Attachment, Login } from '../world/types.js';
import { showAccount } from './views.js';
import { contactAction, numberAction } from './whatsapp-actions.js';

/** Fields of an action's body: those that the action takes, and who it goes to. */
type Body = Record<string, unknown>;
type CustomerAct = (customer: SandboxCustomer, body: Body, saying: Saying) => Happened | null;
type AccountAct = (account: SandboxAccount, body: Body, sandbox: Sandbox) => unknown;

const text = (body: Body, field = 'text') => textOf(body[field]);
const choice = (body: Body): Choice => ({ title: text(body, 'title'), payload: text(body, 'payload') });

/** What a customer can be told to do over HTTP. The names are the methods of {@link SandboxCustomer}, in kebab-case. */
const CUSTOMER_ACTS: Record<string, CustomerAct> = {
  'send-text': (customer, body, saying) => customer.sendText(text(body), saying),
  'send-picture': (customer, body, saying) =>
    customer.sendPicture(body.url as string | undefined, {
      ...saying,
      ...(body.text !== undefined && { text: text(body) }),
    }),
  'send-audio': (customer, body, saying) => customer.sendAudio(body.url as string | undefined, saying),
  'send-attachments': (customer, body, saying) => customer.sendAttachments(body.attachments as Attachment[], saying),
  'send-like': (customer, _body, saying) => customer.sendLike(saying),
  'send-ephemeral': (customer, _body, saying) => customer.sendEphemeral(saying),
  'send-unsupported': (customer, _body, saying) => customer.sendUnsupported(saying),
  'share-post': (customer, body, saying) => customer.sharePost(body.mediaId as string | undefined, saying),
  'mention-in-story': (customer, _body, saying) => customer.mentionInStory(saying),
  'reply-to-story': (customer, body, saying) => customer.replyToStory(text(body), saying),
  'tap-quick-reply': (customer, body, saying) =>
    customer.tapQuickReply(body.payload === undefined ? text(body, 'title') : choice(body), saying),
  'tap-button': (customer, body, saying) => customer.tapButton(choice(body), saying),
  'tap-ice-breaker': (customer, body, saying) => customer.tapIceBreaker(choice(body), saying),
  react: (customer, body, saying) =>
    customer.react(text(body, 'mid'), {
      ...saying,
      ...(body.reaction !== undefined && { reaction: text(body, 'reaction') }),
      ...(body.emoji !== undefined && { emoji: text(body, 'emoji') }),
    }),
  unreact: (customer, body, saying) => customer.unreact(text(body, 'mid'), saying),
  unsend: (customer, body, saying) => customer.unsend(text(body, 'mid'), saying),
  edit: (customer, body, saying) => customer.edit(text(body, 'mid'), text(body), saying),
  'mark-read': (customer, _body, saying) => customer.markRead(saying),
  comment: (customer, body, saying) => customer.comment(text(body), saying),
  'follow-link': (customer, body, saying) => customer.followLink(body.referral as Record<string, unknown>, saying),
  'opt-in': (customer, body, saying) => customer.optIn(text(body, 'payload'), saying),
};

const ACCOUNT_ACTS: Record<string, AccountAct> = {
  reply: (account, body, sandbox) => shown(account.replyFromInstagramApp(customerIn(sandbox, body), text(body))),
  unsend: (account, body, sandbox) =>
    shown(account.unsendFromInstagramApp(customerIn(sandbox, body), text(body, 'mid'))),
  'pass-thread-control': (account, body, sandbox) => shown(account.passThreadControl(customerIn(sandbox, body))),
  'message-self': (account, body) => shown(account.messageSelf(text(body))),
  subscribe: (account, body) => account.subscribe(body.fields as string[] | undefined, body.login as Login | undefined),
  unsubscribe: (account, body) => account.unsubscribe(body.login as Login | undefined),
  'revoke-tokens': (account, body) => account.revokeTokens(body.login as Login | undefined),
  'expire-tokens': (account, body) => account.expireTokens(body.login as Login | undefined),
  'issue-token': (account) => ({ access_token: account.issueToken() }),
  usage: (account, body) => account.setUsage(Number(body.percent), body.regainMinutes as number | undefined),
};

/**
 * @param body `channel` says where they do it: on Instagram when left out
 * @throws {Error} for a person or an action there isn't
 */
export function customerAction(sandbox: Sandbox, name: string, action: string, body: Body): object {
  if (body.channel === 'whatsapp') return shown(contactAction(sandbox, name, action, body));
  const act = CUSTOMER_ACTS[action];
  if (!act) throw new Error(`There is no action ${action}; there are ${Object.keys(CUSTOMER_ACTS).join(', ')}`);
  const to = body.account === undefined ? undefined : sandbox.getAccount(text(body, 'account'));
  const saying: Saying = {
    ...(to && { to }),
    ...(body.replyTo !== undefined && { replyTo: text(body, 'replyTo') }),
    ...(body.referral !== undefined && { referral: body.referral as Record<string, unknown> }),
    ...(body.webhook !== undefined && { webhook: body.webhook === true }),
  };
  const customer = sandbox.getCustomer(name);
  return shown(act(body.channel === 'messenger' ? customer.onMessenger : customer, body, saying));
}

/** @throws {Error} for a WhatsApp number or an action there isn't */
export function whatsappNumberAction(sandbox: Sandbox, name: string, action: string, body: Body): object {
  return shown(numberAction(sandbox, name, action, body));
}

/** @throws {Error} for an account or an action there isn't */
export function accountAction(sandbox: Sandbox, name: string, action: string, body: Body): object {
  const act = ACCOUNT_ACTS[action];
  if (!act) throw new Error(`There is no action ${action}; there are ${Object.keys(ACCOUNT_ACTS).join(', ')}`);
  const account = sandbox.getAccount(name);
  return (act(account, body, sandbox) as object | undefined) ?? showAccount(account);
}

function customerIn(sandbox: Sandbox, body: Body): SandboxCustomer {
  const customer = sandbox.getCustomer(text(body, 'customer'));
  return body.channel === 'messenger' ? customer.onMessenger : customer;
}

function shown(happened: Happened | null): object {
  if (!happened) return { mid: null, deliveries: [] };
  const { mid, mids, deliveries } = happened;
  const commentId = (happened as { commentId?: string }).commentId;
  return { mid, mids, deliveries: deliveries.map(({ id }) => id), ...(commentId && { commentId }) };
}
