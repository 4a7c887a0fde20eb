import { PAGE_FIELDS, WEBHOOK_FIELDS } from '../webhooks/event.js';
import { APP_ID } from '../app-id.js';
import { accountInPath, parameter, textOf } from './graph-call.js';
import type { GraphResult, GraphCall, GraphContext } from './graph-call.js';
import type { GraphRouteSpec } from './graph-door.js';
import { refuseParameter } from './graph-error.js';
import { businessSubscription } from '../whatsapp/whatsapp.routes.js';

/** Which webhooks Meta sends of an account. */
export function subscriptionRoutes(context: GraphContext): GraphRouteSpec[] {
  const path = '/:id/subscribed_apps';
  const orBusiness = (handler: (call: GraphCall) => GraphResult) => (call: GraphCall) =>
    context.whatsapp.world.findBusiness(call.params.id ?? '') ? businessSubscription(context, call) : handler(call);
  return [
    { method: 'POST', path, route: 'subscribe', handler: orBusiness(subscribe) },
    { method: 'GET', path, route: 'subscriptions', handler: orBusiness((call) => list(context, call)) },
    { method: 'DELETE', path, route: 'unsubscribe', handler: orBusiness(unsubscribe) },
  ];
}

/** One field that Meta doesn't know or doesn't grant fails the whole call. */
function subscribe(call: GraphCall): GraphResult {
  const account = accountInPath(call);
  const asked = parameter(call, 'subscribed_fields');
  const list = Array.isArray(asked) ? asked.map(String) : textOf(asked).split(',');
  const fields = list.map((field) => field.trim()).filter((field) => field !== '');
  if (fields.length === 0) refuseParameter('The parameter subscribed_fields is required.');
  // A Page's list is one for Messenger and for Instagram behind it.
  const known: readonly string[] = call.login === 'facebook' ? [...WEBHOOK_FIELDS, ...PAGE_FIELDS] : WEBHOOK_FIELDS;
  const allowed = [...new Set(known)].filter((field) => !account.refusedFields.has(field));
  for (const [index, field] of fields.entries()) {
    if (allowed.includes(field)) continue;
    const choices = allowed.map((name) => `"${name}"`).join(', ');
    refuseParameter(`Param subscribed_fields[${index}] must be one of {${choices}} - got "${field}".`);
  }
  account.subscriptions[call.login] = new Set(fields);
  return { body: { success: true } };
}

function list({ shapes }: GraphContext, call: GraphCall): GraphResult {
  const fields = [...accountInPath(call).subscriptions[call.login]];
  const own = fields.length > 0 ? [{ id: APP_ID, subscribed_fields: fields }] : [];
  return { body: { data: [...(shapes.otherSubscribers ?? []), ...own] } };
}

function unsubscribe(call: GraphCall): GraphResult {
  accountInPath(call).subscriptions[call.login].clear();
  return { body: { success: true } };
}
