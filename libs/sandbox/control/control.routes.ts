import type { FastifyInstance } from 'fastify';
import type { FaultSwitch } from '../faults.js';
import type { Sandbox } from '../sandbox.js';
import type { Delivery } from '../webhooks/delivery.js';
import type { Login } from '../world/types.js';
import type { NewAccount, NewPerson } from '../world/world.js';
import type { StatusOptions } from '../whatsapp/status-reports.js';
import { accountAction, customerAction, whatsappNumberAction } from './actions.js';
import { showAccount, showChat, showConversation, showCustomer, showDelivery, showNumber } from './views.js';

interface Named {
  Params: { name: string; action: string };
  Body: Record<string, unknown> | undefined;
}

interface Numbered {
  Params: { id: string };
}

type Listed = { Querystring: { after?: string; last?: string } };

/** The control API under `/sandbox`: what the phone page, scripts and other processes steer the sandbox with. */
export function openControl(app: FastifyInstance, sandbox: Sandbox): void {
  openPeople(app, sandbox);
  openSwitches(app, sandbox);
  openLogs(app, sandbox);
  app.get('/sandbox/stream', (request, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    raw.write('retry: 1000\n\n');
    const stop = sandbox.watch((event) => raw.write(`data: ${JSON.stringify(event)}\n\n`));
    request.raw.on('close', stop);
  });
}

function openPeople(app: FastifyInstance, sandbox: Sandbox): void {
  app.get('/sandbox/state', () => ({
    url: sandbox.url,
    env: sandbox.env,
    now: sandbox.context.clock.now(),
    accounts: sandbox.accounts.map(showAccount),
    numbers: sandbox.numbers.map(showNumber),
    customers: sandbox.customers.map((customer) => showCustomer(sandbox, customer)),
  }));
  app.get<{ Querystring: { account: string; customer: string; channel?: string } }>(
    '/sandbox/conversation',
    ({ query: { account, customer, channel } }) =>
      channel === 'whatsapp'
        ? showChat(sandbox, sandbox.getNumber(account), sandbox.getCustomer(customer))
        : showConversation(
            sandbox.getAccount(account),
            channel === 'messenger' ? sandbox.getCustomer(customer).onMessenger : sandbox.getCustomer(customer),
            sandbox,
          ),
  );
  app.post<Named>('/sandbox/numbers/:name/:action', ({ params, body }) =>
    whatsappNumberAction(sandbox, params.name, params.action, body ?? {}),
  );
  app.post<{ Body: NewPerson }>('/sandbox/customers', ({ body }) =>
    showCustomer(sandbox, sandbox.createCustomer(body)),
  );
  app.post<{ Body: NewAccount & { subscribed?: boolean } }>('/sandbox/accounts', ({ body }) => {
    const { subscribed, ...made } = body;
    return showAccount(sandbox.createAccount(made, { subscribed }));
  });
  app.post<Named>('/sandbox/customers/:name/:action', ({ params, body }) =>
    customerAction(sandbox, params.name, params.action, body ?? {}),
  );
  app.post<Named>('/sandbox/accounts/:name/:action', ({ params, body }) =>
    accountAction(sandbox, params.name, params.action, body ?? {}),
  );
}

function openSwitches(app: FastifyInstance, sandbox: Sandbox): void {
  app.get('/sandbox/faults', () => sandbox.faults.list());
  app.post<{ Body: FaultSwitch }>('/sandbox/faults', ({ body }) => sandbox.faults.add(body));
  app.delete('/sandbox/faults', () => clearFaults(sandbox));
  app.delete<{ Params: { id: string } }>('/sandbox/faults/:id', ({ params }) =>
    clearFaults(sandbox, Number(params.id)),
  );
  app.get('/sandbox/webhooks', () => sandbox.webhooks.settings);
  app.put<{ Body: Record<string, never> }>('/sandbox/webhooks', ({ body }) => {
    sandbox.webhooks.configure(body);
    return sandbox.webhooks.settings;
  });
  app.put<{ Body: Partial<StatusOptions> }>('/sandbox/statuses', ({ body }) =>
    Object.assign(sandbox.statuses.options, body),
  );
  app.post('/sandbox/webhooks/hold', () => {
    sandbox.webhooks.hold();
    return { held: true };
  });
  app.post<{ Body: { shuffle?: boolean } | undefined }>('/sandbox/webhooks/release', ({ body }) => ({
    released: sandbox.webhooks.release(body).length,
  }));
  app.post<{ Body: { token?: string; url?: string } | undefined }>('/sandbox/webhooks/verify', ({ body }) =>
    sandbox.verifyWebhook(body),
  );
  app.post<{ Body: { payload: unknown; login?: Login } }>('/sandbox/deliver', ({ body }) =>
    showDelivery(sandbox.deliver(body.payload, body.login)),
  );
  app.post<{ Body: { advanceMs?: number; setMs?: number } }>('/sandbox/clock', ({ body }) => {
    if (body.setMs !== undefined) sandbox.clock.set(body.setMs);
    if (body.advanceMs !== undefined) sandbox.clock.advance(body.advanceMs);
    return { now: sandbox.clock.now() };
  });
}

function clearFaults(sandbox: Sandbox, id?: number): object {
  sandbox.faults.clear(id);
  return { faults: sandbox.faults.list() };
}

/** Lists grow: `?after=` gives what came after that id, `?last=` the newest so many. */
function openLogs(app: FastifyInstance, sandbox: Sandbox): void {
  const part = <T extends { id: number }>(list: readonly T[], { after, last }: Listed['Querystring']) =>
    list.slice(after !== undefined ? Number(after) : last !== undefined ? -Number(last) : 0);
  app.get<Listed>('/sandbox/sends', ({ query }) => part(sandbox.sends, query));
  app.get<Listed>('/sandbox/calls', ({ query }) => part(sandbox.calls, query));
  app.get<Listed>('/sandbox/deliveries', ({ query }) => part(sandbox.deliveries, query).map(showDelivery));
  app.get<Numbered>('/sandbox/deliveries/:id', ({ params }) => showDelivery(getDelivery(sandbox, params.id)));
  app.post<Numbered>('/sandbox/deliveries/:id/again', ({ params }) => {
    const { body, login } = getDelivery(sandbox, params.id);
    return showDelivery(sandbox.deliver(body, login));
  });
}

function getDelivery(sandbox: Sandbox, id: string): Delivery {
  const delivery = sandbox.deliveries[Number(id) - 1];
  if (!delivery) throw new Error(`There is no delivery ${id}`);
  return delivery;
}
