import request, { type Response } from 'supertest';
import { startControllerRing, type ControllerRing } from '../test/support/controller-ring.js';
import type { Operation } from '../test/support/openapi.js';
import { reaches, tenantScope, type Principal, type Role, type TokenSubject } from './auth/index.js';

interface Route {
  access: 'public' | 'user' | 'admin';
  /** The least role of a tenant's people; by its method where it is not said: reading is for all. */
  role?: Exclude<Role, 'admin'>;
  /** The first service that a valid request comes to; `null`: the controller answers by itself. */
  reaches: string | null;
  /** What is sent instead of the document's example, where the document can't say what a valid request is. */
  body?: Record<string, unknown>;
  query?: string;
  /** What Meta or a browser it redirected sends is not ours to refuse for a field too many. */
  foreign?: true;
  /** Its ids are looked up as they are: one that is none is not found. */
  looseIds?: true;
  /** Takes neither body, query nor id: there is nothing to get wrong. */
  bare?: true;
}

const user = (reaches: string, more: Partial<Route> = {}): Route => ({ access: 'user', reaches, ...more });
const admins = (reaches: string, more: Partial<Route> = {}): Route => ({ access: 'admin', reaches, ...more });
const owners = (reached: string, more: Partial<Route> = {}): Route => ({ ...user(reached, more), role: 'owner' });
const anyone = (reached: string, more: Partial<Route> = {}): Route => ({ ...user(reached, more), role: 'viewer' });
const entrance = (reached: string): Route => ({ access: 'public', reaches: reached });
const open = (reaches: string | null): Route => ({ access: 'public', reaches, foreign: true });
const loose = { looseIds: true } as const;

const routes: Record<string, Route> = {
  'POST /auth/sign-in': entrance('SignInService.signIn'),
  'POST /auth/sign-out': anyone('OwnSessionsService.signOut', { bare: true }),
  'GET /auth/me': anyone('StaffService.self', { bare: true }),
  'POST /auth/password': anyone('SignInService.changePassword'),
  'POST /auth/first-admin/link': admins('JoiningService.firstAdminLink', { bare: true }),
  'POST /auth/first-admin': entrance('JoiningService.beFirstAdmin'),
  'POST /auth/invites/accept': entrance('JoiningService.accept'),
  'GET /auth/sessions': anyone('OwnSessionsService.list', { bare: true }),
  'DELETE /auth/sessions': anyone('OwnSessionsService.endOthers', { bare: true }),
  'DELETE /auth/sessions/{id}': anyone('OwnSessionsService.endOne'),
  'GET /api-keys': owners('ApiKeysService.list', { bare: true }),
  'POST /api-keys': owners('ApiKeysService.create'),
  'DELETE /api-keys/{id}': owners('ApiKeysService.revoke'),
  'GET /staff': user('StaffService.list'),
  'GET /staff/{id}': user('StaffService.get'),
  'PATCH /staff/{id}': owners('StaffService.change', { body: { name: 'Anna' } }),
  'DELETE /staff/{id}': owners('StaffService.remove'),
  'GET /staff/invites': owners('JoiningService.invites', { bare: true }),
  'POST /staff/invites': owners('JoiningService.invite'),
  'DELETE /staff/invites/{id}': owners('JoiningService.takeBack'),
  'GET /setup': owners('SetupService.look', { bare: true }),
  'GET /health': open('HealthService.check'),
  'GET /health/live': open(null),
  'GET /health/ready': open('HealthService.check'),
  // Open outside production; what guards it there is in its own spec.
  'GET /metrics': open('ScrapeSourcesService.refresh'),
  'GET /webhook/instagram': open(null),
  'GET /webhook/messenger': open(null),
  'GET /webhook/meta': open(null),
  'GET /webhook/whatsapp': open(null),
  'POST /webhook/instagram': open('DeliveryRouteService.take'),
  'POST /webhook/messenger': open('DeliveryRouteService.take'),
  'POST /webhook/meta': open('DeliveryRouteService.take'),
  'POST /webhook/whatsapp': open('DeliveryRouteService.take'),
  'POST /meta/deauthorize': open('PrivacyService.deauthorize'),
  'POST /meta/data-deletion': open('PrivacyService.requestDeletion'),
  'GET /meta/data-deletion/{code}': { ...open('PrivacyService.getErasure'), ...loose },
  'GET /accounts/oauth/{login}/start': owners('OAuthDoorService.browserKeyOf'),
  'GET /accounts/oauth/{login}/callback': open('OAuthDoorService.readReturn'),
  'POST /accounts': owners('ConnectService.connectByToken', {
    body: { access_token: 'IGAA-a-token-from-the-sandbox', login: 'instagram' },
  }),
  'GET /accounts': user('AccountsService.list'),
  'GET /accounts/{id}': user('AccountsService.get'),
  'PATCH /accounts/{id}': owners('AccountsService.update'),
  'DELETE /accounts/{id}': owners('AccountsService.disconnect'),
  'GET /accounts/{id}/profiles/{igsid}': user('LookUpsService.profile'),
  'GET /accounts/{id}/conversations': user('LookUpsService.conversations'),
  'GET /user-settings': user('UserSettingsService.get', { bare: true }),
  'PUT /user-settings': owners('UserSettingsService.replace', { body: { is_active: true } }),
  'GET /instagram-dms/list': user('DmListService.list'),
  'POST /instagram-dms/send': user('DmSendService.send', {
    body: { recipient_id: '1254477777772222', platform_account_id: '17841400008460056', message_text: 'Hello' },
  }),
  'POST /instagram-dms/private-reply': user('DmSendService.privateReply'),
  'GET /instagram-dms/{id}': user('DmEditService.get'),
  'PATCH /instagram-dms/{id}': user('DmEditService.patch'),
  'DELETE /instagram-dms/{id}': user('DmEditService.remove'),
  'POST /instagram-dms/{id}/resolve': user('DmEditService.resolve'),
  'GET /instagram-dms/{id}/attachments/{index}': user('MediaLinksService.of'),
  'GET /messages/costs': user('MessageCostsService.of', { query: `account_id=${'a'.repeat(24)}` }),
  'GET /messages/templates': user('TemplatesService.list', { query: `account_id=${'a'.repeat(24)}` }),
  'POST /messages/templates': owners('TemplatesService.create'),
  'GET /messages/list': user('DmListService.list'),
  'POST /messages/send': user('DmSendService.send', {
    body: { recipient_id: '1254477777772222', platform_account_id: '17841400008460056', message_text: 'Hello' },
  }),
  'POST /messages/private-reply': user('DmSendService.privateReply'),
  'GET /messages/{id}': user('DmEditService.get'),
  'PATCH /messages/{id}': user('DmEditService.patch'),
  'DELETE /messages/{id}': user('DmEditService.remove'),
  'POST /messages/{id}/resolve': user('DmEditService.resolve'),
  'GET /messages/{id}/attachments/{index}': user('MediaLinksService.of'),
  'GET /inbox/messages/{id}/attachments/{index}': user('MediaStreamsService.open'),
  'GET /inbox/blocklist': user('BlocklistService.page'),
  'POST /inbox/blocklist': user('BlocklistOwnerService.of'),
  'DELETE /inbox/blocklist': user('BlocklistOwnerService.of', { query: 'external_participant_id=1254477777772222' }),
  'DELETE /inbox/blocklist/{id}': user('BlocklistOwnerService.ofEntry', loose),
  'GET /inbox/conversations': user('InboxConversationsService.list'),
  'GET /inbox/conversations/{id}': user('InboxConversationsService.get'),
  'PATCH /inbox/conversations/{id}': user('InboxConversationsService.patch'),
  'GET /inbox/conversations/{id}/messages': user('InboxMessagesService.list'),
  'GET /inbox/conversations/{id}/messages/search': user('InboxMessagesService.search', { query: 'q=sunday' }),
  'POST /inbox/conversations/{id}/messages': user('InboxMessagesService.reply', {
    body: { message: 'We open at nine.' },
  }),
  'GET /inbox/counts': user('InboxCountsService.of'),
  'GET /inbox/labels': user('LabelsService.list', { bare: true }),
  'POST /inbox/labels': owners('LabelsService.create'),
  'PATCH /inbox/labels/{id}': owners('LabelsService.change'),
  'DELETE /inbox/labels/{id}': owners('LabelsService.remove'),
  'GET /inbox/canned-replies': user('CannedRepliesService.list'),
  'POST /inbox/canned-replies': owners('CannedRepliesService.create'),
  'PATCH /inbox/canned-replies/{id}': owners('CannedRepliesService.change'),
  'DELETE /inbox/canned-replies/{id}': owners('CannedRepliesService.remove'),
  'GET /inbox/conversations/{id}/notes': user('NotesService.page'),
  'POST /inbox/conversations/{id}/notes': user('NotesService.add'),
  'PATCH /inbox/conversations/{id}/notes/{note_id}': user('NotesService.change'),
  'DELETE /inbox/conversations/{id}/notes/{note_id}': user('NotesService.remove'),
  'GET /inbox/conversations/{id}/presence': user('PresenceService.others'),
  'PUT /inbox/conversations/{id}/presence': user('PresenceService.say'),
  'GET /inbox/drafts': user('DraftsService.latest', { bare: true }),
  'GET /inbox/conversations/{id}/draft': user('DraftsService.find'),
  'PUT /inbox/conversations/{id}/draft': user('DraftsService.save'),
  'DELETE /inbox/conversations/{id}/draft': user('DraftsService.remove'),
  'GET /inbox/conversations/{id}/suggestion': user('SuggestionsService.get'),
  'POST /inbox/conversations/{id}/suggestion': user('SuggestionsService.send'),
  'DELETE /inbox/conversations/{id}/suggestion': user('SuggestionsService.dismiss'),
  'GET /inbox/comments': user('InboxCommentsService.list'),
  'GET /inbox/stream': user('StreamService.stream'),
  'POST /inbox/stream/ticket': anyone('StreamTicketsService.issue', { bare: true }),
  'GET /agent/settings/{account_id}': user('AgentSettingsApiService.get', loose),
  'PUT /agent/settings/{account_id}': owners('AgentSettingsApiService.put', loose),
  'POST /agent/preview': user('AgentPreviewsService.preview', {
    body: { account_id: '665f1c2ab7e4a1d2c3b4a596', message: 'Are you open?' },
  }),
  'GET /agent/runs/{dm_id}': user('AgentRunsService.ofDm'),
  'POST /agent/runs/{dm_id}/rating': user('AgentRunsService.rate'),
  'GET /agent/usage/{account_id}': user('AgentRunsService.usage', loose),
  'GET /agent/knowledge/{account_id}/gaps': user('KnowledgeGapsService.of', loose),
  'GET /agent/knowledge/{account_id}': user('KnowledgeService.list', loose),
  'POST /agent/knowledge/{account_id}': owners('KnowledgeService.create', loose),
  'POST /agent/knowledge/{account_id}/files': owners('KnowledgeService.upload', loose),
  'POST /agent/knowledge/{account_id}/search': user('KnowledgeService.find', loose),
  'GET /agent/knowledge/{account_id}/{document_id}': user('KnowledgeService.get', loose),
  'PATCH /agent/knowledge/{account_id}/{document_id}': owners('KnowledgeService.update', loose),
  'DELETE /agent/knowledge/{account_id}/{document_id}': owners('KnowledgeService.remove', loose),
  'POST /agent/knowledge/{account_id}/{document_id}/review': owners('KnowledgeService.review', loose),
  'GET /agent/tools/{account_id}': user('ToolsService.list', loose),
  'GET /agent/tools/{account_id}/{name}': user('ToolsService.get', loose),
  'PUT /agent/tools/{account_id}/{name}': owners('ToolsService.put', loose),
  'DELETE /agent/tools/{account_id}/{name}': owners('ToolsService.remove', loose),
  'POST /agent/tools/{account_id}/{name}/test': owners('ToolsService.test', loose),
  'GET /agent/actions': user('ActionsService.list'),
  'POST /agent/actions/{id}/approve': user('ActionsService.approve'),
  'POST /agent/actions/{id}/refuse': user('ActionsService.refuse'),
  'GET /audit-log': owners('AuditLogService.list'),
  'POST /privacy/erasures': owners('PrivacyRequestsService.erase', {
    body: { account_id: '665f1c2ab7e4a1d2c3b4a596', participant_id: '1254477777772222' },
  }),
  'GET /privacy/erasures/{id}': owners('ErasureRequestsService.get'),
  'POST /privacy/exports': owners('ExportRequestsService.ask', {
    body: { account_id: '665f1c2ab7e4a1d2c3b4a596', participant_id: '1254477777772222' },
  }),
  'GET /privacy/exports': owners('ExportRequestsService.list', { bare: true }),
  'GET /privacy/exports/{id}': owners('ExportRequestsService.get'),
  'GET /privacy/exports/{id}/download': owners('ExportRequestsService.open'),
  'GET /webhook-endpoints': owners('WebhookEndpointsService.list'),
  'POST /webhook-endpoints': owners('WebhookEndpointsService.create'),
  'GET /webhook-endpoints/{id}': owners('WebhookEndpointsService.get'),
  'PATCH /webhook-endpoints/{id}': owners('WebhookEndpointsService.change'),
  'DELETE /webhook-endpoints/{id}': owners('WebhookEndpointsService.remove'),
  'POST /webhook-endpoints/{id}/rotate-secret': owners('WebhookEndpointsService.rotateSecret'),
  'POST /webhook-endpoints/{id}/test': owners('WebhookEndpointsService.test'),
  'GET /webhook-endpoints/{id}/messages': owners('WebhookEndpointsService.log'),
  'POST /webhook-endpoints/{id}/messages/{message_id}/replay': owners('WebhookEndpointsService.replay'),
  'POST /webhook-endpoints/{id}/replay': owners('WebhookEndpointsService.replaySince', {
    query: 'since=2026-11-30T08:00:00Z',
  }),
  'GET /admin/dead-letters': admins('DeadLettersRepository.list'),
  'GET /admin/dead-letters/{id}': admins('DeadLettersRepository.find', loose),
  'POST /admin/dead-letters/{id}/replay': admins('DeadLetterReplaysService.replay', loose),
  'POST /admin/dead-letters/replay': admins('DeadLettersRepository.find'),
  'GET /admin/audit-log': admins('AuditLogRepository.listOfAdmins'),
  'GET /admin/deliveries': admins('DeliveriesService.list'),
  'GET /admin/deliveries/{id}': admins('DeliveriesService.get', loose),
  'POST /admin/deliveries/replay': admins('DeliveriesService.replayPage'),
  'POST /admin/deliveries/{id}/discard': admins('DeliveriesService.discard', loose),
  'POST /admin/deliveries/{id}/replay': admins('DeliveriesService.replay', loose),
};

const pathValues: Record<string, string> = { login: 'instagram', index: '0', igsid: '1254477777772222' };
const anyId = '665f1c2ab7e4a1d2c3b4a596';
const tenant: TokenSubject = { userId: 'tenant-1', role: 'user' };
const admin: TokenSubject = { userId: 'root', role: 'admin' };
const tenantPrincipal: Principal = { tenant: 'tenant-1', actor: 'tenant-1', role: 'owner', via: 'token' };

const named = (name: string) => routes[name] as Route;
const rows = (which: (route: Route) => boolean) => Object.keys(routes).filter((name) => which(named(name)));

describe('every route', () => {
  let ring: ControllerRing;

  beforeAll(async () => {
    ring = await startControllerRing();
  });
  beforeEach(() => ring.calls.splice(0));
  afterAll(() => ring?.stop());

  function operationOf(name: string): Operation {
    const found = ring.operations.find(({ method, path }) => `${method.toUpperCase()} ${path}` === name);
    if (!found) throw new Error(`${name} is not in the OpenAPI document`);
    return found;
  }

  const parametersOf = (name: string, where: 'path' | 'query') =>
    operationOf(name).parameters.flatMap((one) => (one.in === where ? [one.name] : []));

  /** A valid request, but for what is changed about it. */
  async function ask(
    name: string,
    as: TokenSubject | null,
    change: { body?: Record<string, unknown>; query?: string; ids?: Record<string, string> } = {},
  ): Promise<Response> {
    const { method, path, exampleBody } = operationOf(name);
    const ids = { ...pathValues, ...change.ids };
    const filled = path.replace(/\{(\w+)\}/g, (_all, id: string) => ids[id] ?? anyId);
    const query = [named(name).query, change.query].filter(Boolean).join('&');
    const call = request(ring.app.getHttpServer())[method as 'get'](query ? `${filled}?${query}` : filled);
    if (as) call.set('authorization', `Bearer ${await ring.token(as)}`);
    const body = named(name).body ?? exampleBody;
    return body ? call.send({ ...body, ...change.body }) : call;
  }

  function expectRefusal(answer: Response, field: string): void {
    expect({ status: answer.status, code: (answer.body as { code: string }).code }).toEqual({
      status: 400,
      code: 'invalid_request',
    });
    const { details } = answer.body as { details: { field: string }[] };
    expect(details.map((problem) => problem.field)).toContain(field);
    expect(ring.calls).toEqual([]);
  }

  it('of the application has its row here and its place in the OpenAPI document', () => {
    const served = ring.routes
      .filter((route) => !/^(HEAD|OPTIONS)|\/docs/.test(route))
      .map((route) => route.replace(/:(\w+)/g, '{$1}'));

    expect(served.sort()).toEqual(Object.keys(routes).sort());
    expect(ring.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`).sort()).toEqual(served.sort());
  });

  it.each(rows(({ access }) => access !== 'public'))('%s lets nobody in without a token', async (name) => {
    const answer = await ask(name, null);

    expect([answer.status, (answer.body as { code: string }).code]).toEqual([401, 'unauthenticated']);
    expect(ring.calls).toEqual([]);
  });

  it.each(rows(({ access }) => access === 'public'))('%s asks for no token', async (name) => {
    const answer = await ask(name, null);

    expect([401, 404]).not.toContain(answer.status);
    expect(ring.calls.map(({ method }) => method).slice(0, 1)).toEqual([named(name).reaches ?? []].flat());
  });

  it.each(rows(({ access }) => access === 'admin'))('%s is closed to the role user, open to admins', async (name) => {
    const answer = await ask(name, tenant);
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([403, 'forbidden']);
    expect(ring.calls).toEqual([]);

    await ask(name, admin);
    expect(ring.calls[0]?.method).toBe(named(name).reaches);
  });

  it.each(rows(({ access }) => access === 'user'))('%s acts for its caller and for nobody else', async (name) => {
    await ask(name, tenant);
    const [first] = ring.calls;
    expect(first?.method).toBe(named(name).reaches);
    expect(callersIn(first?.args ?? [])).toEqual([tenant.userId]);

    await ask(name, admin);
    expect(ring.calls[1]?.method).toBe(named(name).reaches);
  });

  const byRole = rows(({ access }) => access === 'user').map((name): [string, Role] => {
    const reading = name.startsWith('GET ');
    return [name, named(name).role ?? (reading ? 'viewer' : 'operator')];
  });

  it.each(byRole)('%s is for the role %s and those above', async (name, needed) => {
    for (const role of ['viewer', 'operator', 'owner'] as const) {
      ring.calls.splice(0);
      const answer = await ask(name, { userId: 'anna', tenant: tenant.userId, role });
      const [first] = ring.calls;
      if (reaches(role, needed)) expect(first?.method).toBe(named(name).reaches);
      else
        expect([answer.status, (answer.body as { code: string }).code, first]).toEqual([403, 'forbidden', undefined]);
    }
  });

  it.each(['DELETE /instagram-dms/{id}', 'DELETE /messages/{id}'])(
    '%s deletes for good for owners alone',
    async (name) => {
      for (const role of ['operator', 'owner'] as const) {
        ring.calls.splice(0);
        const { status } = await ask(name, { userId: 'anna', tenant: tenant.userId, role }, { query: 'hard=true' });
        expect([role, status === 403, ring.calls.length]).toEqual([
          role,
          role === 'operator',
          role === 'owner' ? 1 : 0,
        ]);
      }
    },
  );

  const checked = rows(({ foreign, bare }) => !foreign && !bare);

  it.each(checked)('%s refuses a field that it does not know, where it takes any', async (name) => {
    if (operationOf(name).exampleBody)
      expectRefusal(await ask(name, admin, { body: { surprise: 'text' } }), 'surprise');
    if (parametersOf(name, 'query').length > 0)
      expectRefusal(await ask(name, admin, { query: 'surprise=text' }), 'surprise');
    if (operationOf(name).exampleBody || parametersOf(name, 'query').length > 0) return;
    await ask(name, admin, { query: 'surprise=text' });
    expect(ring.calls[0]?.method).toBe(named(name).reaches);
  });

  it.each(checked)('%s names the field that has the wrong type', async (name) => {
    for (const [field, { type }] of Object.entries(operationOf(name).bodyFields)) {
      const wrong = type === 'array' ? 'text' : [{ text: 'in a list' }];
      expectRefusal(await ask(name, admin, { body: { [field]: wrong } }), field);
    }
    for (const field of parametersOf(name, 'query'))
      expectRefusal(await ask(name, admin, { query: `${field}=1&${field}=2` }), field);
    for (const id of parametersOf(name, 'path')) {
      const answer = await ask(name, admin, { ids: { [id]: 'not-one' } });
      if (named(name).looseIds) expect(ring.calls[0]?.method).toBe(named(name).reaches);
      else expectRefusal(answer, id);
    }
  });
});

/** Whose token a controller told its service of: as a scope, as a principal, by id, or with the request. */
function callersIn(args: unknown[]): unknown[] {
  const found = args.flatMap((arg) => {
    if (arg === tenant.userId) return [arg];
    if (typeof arg !== 'object' || arg === null) return [];
    const { principal = arg } = arg as { principal?: object };
    const isCaller = [tenantPrincipal, tenantScope(tenant.userId)].some(
      (one) => JSON.stringify(one) === JSON.stringify(principal),
    );
    return isCaller ? [tenant.userId] : [];
  });
  return [...new Set(found)];
}
