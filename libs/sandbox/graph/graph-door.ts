import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refusalOf } from '../faults.js';
import type { ActiveFault, GraphRoute } from '../faults.js';
import type { GraphCallRecord } from '../ledger.js';
import type { Account, Login } from '../world/types.js';
import type { GraphResult, GraphCall, GraphContext, GraphHandler } from './graph-call.js';
import { errorBody, GraphError } from './graph-error.js';
import type { GraphRefusal } from './graph-error.js';
import { authenticate } from './tokens.js';
import { throttle, usageHeaders } from './usage.js';

/** One route of the Graph stand-in, under the base URL of each host in `hosts`. */
export interface GraphRouteSpec {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  hosts?: readonly Login[];
  /** What the route does, for faults and the ledger; some only know once they see the call. */
  route: GraphRoute | ((call: { params: Record<string, string>; body: Record<string, unknown> }) => GraphRoute);
  /** True for the routes that make tokens, which check what they get themselves. */
  withoutToken?: boolean;
  handler: GraphHandler;
}

/** The raw material of a call, before anything is checked. */
interface Arrival {
  login: Login;
  params: Record<string, string>;
  query: Record<string, string>;
  body: Record<string, unknown>;
  authorization: string | undefined;
}

interface Outcome {
  /** Null when the call was refused, so nothing was done. */
  answer: GraphResult | null;
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** Puts routes behind what Meta does around every call: faults, token, throttling, usage headers, the record. */
export function openGraphDoor(app: FastifyInstance, context: GraphContext, specs: readonly GraphRouteSpec[]): void {
  for (const spec of specs) {
    for (const login of spec.hosts ?? (['instagram', 'facebook'] as const)) {
      app.route({
        method: spec.method,
        url: `/${login}${spec.path}`,
        handler: (request, reply) => serve(context, spec, login, request, reply),
      });
    }
  }
}

async function serve(
  context: GraphContext,
  spec: GraphRouteSpec,
  login: Login,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const arrival = arrivalOf(login, request);
  const account = speakerOf(context, arrival);
  const route = typeof spec.route === 'string' ? spec.route : spec.route(arrival);
  const accountId = account?.igId ?? context.whatsapp.world.findNumber(arrival.params.id ?? '')?.phoneNumberId ?? null;
  const record = openRecord(context, arrival, route, request, accountId);
  const { latencyMs, showsAfterMs, failsLater, fault } = context.faults.strike({
    route,
    accountId,
    recipient: recipientOf(arrival.body),
  });
  if (latencyMs > 0) await sleep(latencyMs, undefined, { ref: false });
  record.fault = fault?.mode ?? (latencyMs > 0 ? 'latency' : null);
  const outcome =
    fault && !actsFirst(fault)
      ? refusedByFault(fault)
      : await act(context, spec, { ...arrival, showsAfterMs, failsLater }, record).catch((error: unknown) =>
          refused(error),
        );
  if (outcome.answer?.before) await outcome.answer.before();
  record.durationMs = Date.now() - record.at;
  const spoken = speak(outcome, fault, record, reply);
  if (outcome.answer?.after) setImmediate(outcome.answer.after);
  context.live.tell({ kind: 'call', record });
  if (!spoken) return reply;
  const headers = { ...usageHeaders(account, context.clock.now(), context.shapes.usage), ...spoken.headers };
  return reply.code(spoken.status).headers(headers).type('application/json; charset=UTF-8').send(spoken.body);
}

function actsFirst({ mode, afterActing }: ActiveFault): boolean {
  return mode === 'error' ? afterActing === true : mode !== 'hang' && mode !== 'refuse';
}

async function act(
  context: GraphContext,
  spec: GraphRouteSpec,
  arrival: Arrival & Pick<GraphCall, 'showsAfterMs' | 'failsLater'>,
  record: GraphCallRecord,
): Promise<Outcome> {
  const { login, params, query, body, showsAfterMs, failsLater } = arrival;
  const call: GraphCall = { login, params, query, body, record, showsAfterMs, failsLater, token: null as never };
  if (!spec.withoutToken) {
    call.token = authenticate(context.tokens, login, arrival, context.clock.now());
    throttle(call.token.account, context.clock.now());
  }
  const answer = await spec.handler(call);
  return { answer, status: 200, body: JSON.stringify(answer.body), headers: {} };
}

function refused(error: unknown): Outcome {
  if (!(error instanceof GraphError)) throw error;
  return refusal(error.refusal);
}

function refusal(said: GraphRefusal, headers: Record<string, string> = {}): Outcome {
  return { answer: null, status: said.status, body: JSON.stringify(errorBody(said)), headers };
}

function refusedByFault(fault: ActiveFault): Outcome {
  return refusal(saidBy(fault), fault.headers);
}

function saidBy({ error = 'transient' }: ActiveFault): GraphRefusal {
  return refusalOf(error);
}

/** What the caller gets to hear, when a fault lets it hear anything. */
function speak(
  outcome: Outcome,
  fault: ActiveFault | null,
  record: GraphCallRecord,
  reply: FastifyReply,
): Outcome | null {
  const said = muffled(outcome, fault);
  record.status = said?.status ?? null;
  record.code = codeIn(said?.body ?? '');
  const heard = fault === null || fault.mode === 'latency';
  if (outcome.answer?.sent) outcome.answer.sent.answered = heard;
  if (said) return said;
  reply.hijack();
  const cuts = fault?.mode === 'reset_after_acting' || fault?.mode === 'refuse';
  if (cuts) reply.raw.socket?.resetAndDestroy();
  return null;
}

function muffled(outcome: Outcome, fault: ActiveFault | null): Outcome | null {
  switch (fault?.mode) {
    case 'hang':
    case 'refuse':
    case 'timeout_after_acting':
    case 'reset_after_acting':
      return null;
    case 'drop_answer':
      return { ...outcome, status: 500, body: '<html><title>Error</title><body>Sorry, something went wrong.' };
    case 'no_id':
      return { ...outcome, status: 200, body: '{}' };
    case 'error':
      return refusedByFault(fault);
    default:
      return outcome;
  }
}

function arrivalOf(login: Login, request: FastifyRequest): Arrival {
  const body = request.body;
  return {
    login,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, string>,
    body: typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {},
    authorization: request.headers.authorization,
  };
}

/** Whose token it is, whether or not it is any good. */
function speakerOf(context: GraphContext, { authorization, query, body }: Arrival): Account | null {
  const value = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1] ?? query.access_token ?? body.access_token;
  return (typeof value === 'string' && context.tokens.find(value)?.account) || null;
}

function recipientOf(body: Record<string, unknown>): string | null {
  const { recipient, to } = body as { recipient?: { id?: unknown } | string; to?: unknown };
  if (typeof recipient === 'string') return recipient;
  if (typeof to === 'string') return to.replace(/^\+/, '');
  return typeof recipient?.id === 'string' ? recipient.id : null;
}

function openRecord(
  context: GraphContext,
  { login, query, body }: Arrival,
  route: GraphRoute,
  request: FastifyRequest,
  accountId: string | null,
): GraphCallRecord {
  const { access_token: _token, client_secret: _secret, ...shownQuery } = query;
  const { access_token: _bodyToken, client_secret: _bodySecret, ...shownBody } = body;
  return context.ledger.open({
    login,
    route,
    method: request.method,
    path: (request.url.split('?')[0] as string).replace(/^\/(instagram|facebook)/, ''),
    version: /^\/[a-z-]+\/(v\d+\.\d+)/.exec(request.originalUrl)?.[1] ?? null,
    query: shownQuery,
    body: shownBody,
    accountId,
  });
}

function codeIn(body: string): number | null {
  const code = /"code":(\d+)/.exec(body)?.[1];
  return code === undefined ? null : Number(code);
}
