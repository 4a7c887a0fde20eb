import type { SandboxAccount } from '../people/account.js';
import type { SandboxCustomer } from '../people/customer.js';
import type { Sandbox } from '../sandbox.js';
import type { Delivery } from '../webhooks/delivery.js';

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
  return { username: customer.username, name: customer.name, available: customer.person.available, ids };
}

/** A conversation as a phone shows it. */
export function showConversation(account: SandboxAccount, customer: SandboxCustomer, sandbox: Sandbox) {
  const conversation = sandbox.context.world.conversation(account.account, customer.person);
  const { messages, lastInboundAt, seenByBusinessAt, seenByPersonAt, businessTyping } = conversation;
  const now = sandbox.context.clock.now();
  return { messages, lastInboundAt, seenByBusinessAt, seenByPersonAt, businessTyping, now };
}

export function showDelivery({ settled: _settled, ...delivery }: Delivery) {
  return delivery;
}
