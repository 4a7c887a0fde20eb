import { ALL_SCOPES } from '../world/token-book.js';
import type { Account } from '../world/types.js';
import { parseFields, pick } from './fields.js';
import type { FieldList } from './fields.js';
import { parameter } from './graph-call.js';
import type { GraphResult, GraphCall, GraphContext } from './graph-call.js';
import type { GraphRouteSpec } from './graph-door.js';
import { GRAPH_ERRORS, GraphError } from './graph-error.js';

/** Who a token speaks for, and what it may do. */
export function meRoutes(context: GraphContext): GraphRouteSpec[] {
  return [
    { method: 'GET', path: '/me', route: 'me', handler: (call) => me(context, call) },
    {
      method: 'GET',
      path: '/me/accounts',
      route: 'accounts',
      hosts: ['facebook'],
      handler: (call) => pages(context, call),
    },
    { method: 'GET', path: '/me/permissions', route: 'permissions', handler: permissions },
    { method: 'DELETE', path: '/me/permissions', route: 'permissions', handler: removeApp },
  ];
}

function me(context: GraphContext, call: GraphCall): GraphResult {
  const { account } = call.token;
  const fields = parseFields(parameter(call, 'fields'));
  if (!account) return { body: pick({ id: call.token.ownerId, name: 'Juniper Owner' }, fields, ['id', 'name']) };
  const body = describeAccount(context, account, call);
  return { body: context.shapes.me === 'data' && call.login === 'instagram' ? { data: [body] } : body };
}

/** An account as the host of the call shows it: Instagram Login an Instagram user, the other host a Page. */
export function describeAccount(context: GraphContext, account: Account, call: GraphCall): Record<string, unknown> {
  const fields = parseFields(parameter(call, 'fields'));
  if (call.login === 'facebook' && call.params.id !== account.igId) {
    const linked = fields?.get('instagram_business_account')?.fields ?? null;
    return pick(describePage(context, account, linked), fields, ['id', 'name']);
  }
  return pick(instagramUser(context, account, call.params.id === account.igId), fields, ['id']);
}

function instagramUser(context: GraphContext, account: Account, byProfessionalId: boolean): Record<string, unknown> {
  return {
    id: byProfessionalId ? account.igId : account.appScopedId,
    user_id: account.igId,
    username: account.username,
    name: account.name,
    account_type: account.accountType,
    profile_picture_url: `${context.baseUrl()}/avatars/${account.username}.svg`,
    followers_count: 1_284,
    follows_count: 97,
    media_count: 46,
  };
}

function describePage(context: GraphContext, account: Account, linked: FieldList | null): Record<string, unknown> {
  return {
    id: account.pageId,
    name: account.pageName,
    category: 'Home decor',
    tasks: ['MESSAGING', 'MODERATE', 'MANAGE'],
    instagram_business_account: pick(instagramUser(context, account, true), linked, ['id']),
  };
}

/** The pages that the person ticked in the dialog, each with its own token. */
function pages(context: GraphContext, call: GraphCall): GraphResult {
  const { token } = call;
  if (token.kind !== 'user') {
    const message = '(#100) Tried accessing nonexisting field (accounts) on node type (Page)';
    throw new GraphError({ ...GRAPH_ERRORS.bad_parameter, message });
  }
  const fields = parseFields(parameter(call, 'fields'));
  const owned = context.world.accounts.filter(({ pageId }) => token.pageIds.includes(pageId));
  const data = owned.map((account) => {
    const linked = fields?.get('instagram_business_account')?.fields ?? null;
    const page = { ...describePage(context, account, linked), access_token: pageTokenFor(context, account, call) };
    return pick(page, fields, ['access_token', 'category', 'name', 'id', 'tasks']);
  });
  return { body: { data, ...(data.length > 0 && { paging: { cursors: { before: 'MA', after: 'MQ' } } }) } };
}

/** The same page token each time, as with Meta, until the user token it came from changes its life. */
function pageTokenFor(context: GraphContext, account: Account, { token }: GraphCall): string {
  const kept = context.tokens
    .of(account, 'facebook')
    .find((one) => one.kind === 'page' && one.longLived === token.longLived && one.revokedSubcode === null);
  const isAlive = kept && (kept.expiresAt === null || kept.expiresAt > context.clock.now());
  if (kept && isAlive) return kept.value;
  return context.tokens.issue({
    login: 'facebook',
    kind: 'page',
    account,
    ownerId: token.ownerId,
    scopes: token.scopes,
    longLived: token.longLived,
    expiresAt: token.longLived ? null : token.expiresAt,
  }).value;
}

function permissions({ token, login }: GraphCall): GraphResult {
  const all = [...new Set([...ALL_SCOPES[login], ...token.scopes])];
  const data = all.map((permission) => ({
    permission,
    status: token.scopes.includes(permission) ? 'granted' : 'declined',
  }));
  return { body: { data } };
}

/** What a person does who removes the app in Instagram's settings. */
function removeApp({ token }: GraphCall): GraphResult {
  token.revokedSubcode = 458;
  return { body: { success: true } };
}
