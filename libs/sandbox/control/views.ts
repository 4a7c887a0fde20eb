import type { SandboxAccount } from '../people/account.js';
import type { SandboxCustomer } from '../people/customer.js';
import type { Sandbox } from '../sandbox.js';
import type { Delivery } from '../webhooks/delivery.js';
import type { SandboxNumber } from '../whatsapp/number.js';
import { choicesOf, shownText } from '../whatsapp/whatsapp.routes.js';
import type { WhatsAppMessage } from '../whatsapp/whatsapp-world.js';

/** How the control API shows things: plain JSON, without cycles. */

export function showAccount(account: SandboxAccount) {
  const { igId, appScopedId, pageId, username, tokens, account: facts } = account;
  const subscriptions = {
    instagram: [...facts.subscriptions.instagram],
    facebook: [...facts.subscriptions.facebook],
  };
  return { igId, appScopedId, pageId, username, name: facts.name, tokens, subscriptions, usage: facts.usage };
}

export function showCustomer(sandbox: Sandbox, customer: SandboxCustomer) {
  const ids = Object.fromEntries(sandbox.accounts.map((account) => [account.igId, customer.idFor(account)]));
  const { phone } = sandbox.onWhatsApp(customer);
  return { username: customer.username, name: customer.name, available: customer.person.available, ids, phone };
}

export function showNumber({ phoneNumberId, wabaId, phone, accessToken, facts }: SandboxNumber) {
  const { business, isOnBizApp, isRegistered } = facts;
  const subscribed = [...business.subscriptions.facebook];
  return { phoneNumberId, wabaId, phone, name: business.name, accessToken, isOnBizApp, isRegistered, subscribed };
}

/** A WhatsApp chat as a phone shows it. */
export function showChat(sandbox: Sandbox, number: SandboxNumber, customer: SandboxCustomer) {
  const { messages, lastInboundAt, businessTyping } = sandbox.onWhatsApp(customer).chatWith(number);
  const seenByPersonAt = Math.max(0, ...messages.filter(({ state }) => state === 'read').map(({ at }) => at));
  const seenByBusinessAt = Math.max(0, ...messages.filter(({ isSeen }) => isSeen).map(({ at }) => at));
  const shown = messages.map((message) => showChatMessage(sandbox, message));
  return {
    messages: shown,
    lastInboundAt,
    seenByPersonAt,
    seenByBusinessAt,
    businessTyping,
    now: sandbox.context.clock.now(),
  };
}

/** In the form of the other channels' messages, so that one page shows all. */
function showChatMessage({ url, context }: Sandbox, message: WhatsAppMessage) {
  const { wamid, at, from, via, type, content, context: answered, state, unsent, reactions } = message;
  const file = ['image', 'audio', 'video', 'document', 'sticker'].includes(type);
  const media = typeof content.id === 'string' ? context.whatsapp.world.media.get(content.id) : undefined;
  const source = media
    ? `${url}/media/${media.mimeType.startsWith('audio') ? 'voice.wav' : 'candle.png'}`
    : content.link;
  const text = shownText(content);
  const quickReplies = choicesOf(content).map(({ title, id }) => ({ title, payload: id }));
  return {
    ...{
      itemId: wamid,
      mids: { instagram: wamid, facebook: wamid },
      at,
      from,
      via,
      state,
      unsent,
      reactions,
      edits: 0,
    },
    ...(text !== null && { text }),
    ...(file && { attachments: [{ type: type === 'document' ? 'file' : type, payload: { url: source } }] }),
    ...(quickReplies.length > 0 && { quickReplies }),
    ...(answered && { replyTo: { itemId: answered.id } }),
    unsupported: type === 'unsupported',
  };
}

/** A conversation as a phone shows it. */
export function showConversation(account: SandboxAccount, customer: SandboxCustomer, sandbox: Sandbox) {
  const conversation = sandbox.context.world.conversation(account.account, customer.person, customer.channel);
  const { messages, lastInboundAt, seenByBusinessAt, seenByPersonAt, businessTyping } = conversation;
  const now = sandbox.context.clock.now();
  return { messages, lastInboundAt, seenByBusinessAt, seenByPersonAt, businessTyping, now };
}

export function showDelivery({ settled: _settled, ...delivery }: Delivery) {
  return delivery;
}
