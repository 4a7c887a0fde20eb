import type { LocalStack } from '../stack/local-stack.js';
import type { KnownIds } from './config.js';

const settledWithinMs = 20_000;

/** Connects the local Instagram's account, lets customers write and comment, and waits until all of it is stored. */
export async function seed(stack: LocalStack): Promise<KnownIds> {
  const { sandbox } = stack;
  const account = await stack.api<{ data: { _id: string } }>('POST', '/accounts', {
    access_token: sandbox.account.accessToken,
    login: 'instagram',
    agent: { enabled: true, quiet_ms: 0 },
  });
  await stack.api('PATCH', `/accounts/${account.data._id}`, { human_agent_allowed: true });
  const customers = sandbox.customers.slice(0, 3);
  for (const customer of customers) {
    await customer.sendText(`Hello, this is ${customer.username}.`).delivered;
    await customer.sendPicture().delivered;
    await customer.comment('Is this still there?').delivered;
  }
  // One inbound text, one picture and one answer each.
  const dms = await listed<{ _id: string }>(stack, '/instagram-dms/list', 'data', customers.length * 3);
  const conversations = await listed<{ id: string }>(stack, '/inbox/conversations', 'conversations', customers.length);
  const comments = await listed<{ comment_id: string }>(stack, '/inbox/comments', 'data', customers.length);
  const deliveries = await listed<{ _id: string }>(stack, '/admin/deliveries', 'data', customers.length);
  return {
    accounts: [account.data._id],
    people: customers.map(({ id }) => id),
    dms: dms.map(({ _id }) => _id),
    conversations: conversations.map(({ id }) => id),
    comments: comments.map(({ comment_id }) => comment_id),
    deliveries: deliveries.map(({ _id }) => _id),
  };
}

/** @throws {Error} when fewer than `atLeast` come in time */
async function listed<T>(stack: LocalStack, path: string, field: string, atLeast: number): Promise<T[]> {
  const deadline = Date.now() + settledWithinMs;
  for (;;) {
    const rows = (await stack.api<Record<string, T[]>>('GET', path))[field] ?? [];
    if (rows.length >= atLeast) return rows;
    if (Date.now() > deadline) throw new Error(`${path} lists ${rows.length} of ${atLeast} expected`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
