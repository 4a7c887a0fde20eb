import { Injectable } from '@nestjs/common';
import { Types } from 'mongoose';
import { Clock } from '#libs/clock';
import { AuditService, fieldsOf, type AuditAction } from '../../audit/index.js';
import type { Principal, TenantScope } from '../../auth/index.js';
import { ConflictError, InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { ChangesRepository } from '../../inbox/index.js';
import { pageOf, type IdPageQuery } from '../../paging/index.js';
import { JobQueueService } from '../../queue/index.js';
import { EndpointSecretsService } from '../endpoints/endpoint-secrets.service.js';
import { EndpointSwitchService } from '../endpoints/endpoint-switch.service.js';
import { WebhookEndpointsRepository, type WebhookEndpoint } from '../endpoints/webhook-endpoints.repository.js';
import { EndpointCallerService, isTaken } from '../messages/endpoint-caller.service.js';
import { EndpointMessagesRepository } from '../messages/endpoint-messages.repository.js';
import type {
  ChangeWebhookEndpointRequest,
  EndpointMessageView,
  ListEndpointMessagesQuery,
  NewWebhookEndpointRequest,
  NewWebhookEndpointView,
  EndpointReplayView,
  WebhookEndpointView,
} from './webhook-endpoints.dto.js';
import { WebhookEndpointDisabledError, WebhookEndpointsFullError } from './webhook-endpoints.errors.js';
import { endpointMessageView, webhookEndpointView } from './webhook-endpoints.view.js';

const maxEndpoints = 10;
const maxReplayed = 1_000;
/** How long a secret that was replaced still signs. */
const secretOverlapMs = 24 * 3_600_000;
/** Every one of them is a signature in the header. */
const maxSecrets = 3;

interface Page<T> {
  data: T[];
  next_cursor: string | null;
}

/** The webhook endpoints of tenants, as their owners see and change them. */
@Injectable()
export class WebhookEndpointsService {
  constructor(
    private readonly endpoints: WebhookEndpointsRepository,
    private readonly messages: EndpointMessagesRepository,
    private readonly secrets: EndpointSecretsService,
    private readonly switches: EndpointSwitchService,
    private readonly caller: EndpointCallerService,
    private readonly changes: ChangesRepository,
    private readonly jobs: JobQueueService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async list(scope: TenantScope, { cursor: before, limit }: IdPageQuery): Promise<Page<WebhookEndpointView>> {
    const found = await this.endpoints.list(scope, { before, limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, ({ _id }) => _id);
    return { data: data.map(webhookEndpointView), next_cursor };
  }

  /** @throws {NotFoundError} */
  async get(scope: TenantScope, id: string): Promise<WebhookEndpointView> {
    return webhookEndpointView(await this.endpointOf(scope, id));
  }

  /** @throws {InvalidRequestError | WebhookEndpointsFullError} */
  async create({ tenant }: Principal, request: NewWebhookEndpointRequest): Promise<NewWebhookEndpointView> {
    const { url, event_types, description = '', enabled = true } = request;
    this.refuseUrl(url);
    // Two that add at once may bring it to one more: the limit bounds what one event costs, nothing rests on it.
    if ((await this.endpoints.count(tenant)) >= maxEndpoints)
      throw new WebhookEndpointsFullError(`A tenant has ${maxEndpoints} webhook endpoints at most.`);
    const _id = new Types.ObjectId().toHexString();
    const secret = this.secrets.create();
    const since = await this.changes.now();
    const disabled = enabled ? {} : { disabled_reason: 'by_owner' as const, disabled_at: this.clock.date() };
    const fields = { url, event_types, description, enabled, ...disabled, since };
    const endpoint = { _id, user_id: tenant, ...fields, secrets: [{ sealed: this.secrets.seal(secret, _id) }] };
    const written = enabled
      ? await this.switches.enable(since, (session) => this.endpoints.insert(session, endpoint))
      : await this.switches.change((session) => this.endpoints.insert(session, endpoint));
    await this.note('webhook_endpoint.added', written);
    return { ...webhookEndpointView(written), secret };
  }

  /** @throws {NotFoundError | InvalidRequestError} */
  async change(scope: TenantScope, id: string, request: ChangeWebhookEndpointRequest): Promise<WebhookEndpointView> {
    const { enabled, ...fields } = request;
    const changed = fieldsOf(request);
    if (changed.length === 0)
      throw new InvalidRequestError('Nothing to change: give url, event_types, description or enabled.', [
        { field: 'body', expected: 'url, event_types, description or enabled' },
      ]);
    if (fields.url !== undefined) this.refuseUrl(fields.url);
    const before = await this.endpointOf(scope, id);
    let written = await this.switches.change((session) => this.endpoints.change(session, scope, id, fields));
    if (written && enabled === true && !before.enabled) written = await this.enable(id);
    if (written && enabled === false) written = (await this.switches.disable(id, 'by_owner')) ?? written;
    if (!written) throw noSuchEndpoint();
    await this.note('webhook_endpoint.changed', written, changed);
    return webhookEndpointView(written);
  }

  /** @throws {NotFoundError} */
  async remove(scope: TenantScope, id: string): Promise<void> {
    const endpoint = await this.endpointOf(scope, id);
    if (!(await this.switches.change((session) => this.endpoints.remove(session, scope, id)))) throw noSuchEndpoint();
    await this.messages.removeOf(id);
    await this.switches.clearAlert(id);
    await this.note('webhook_endpoint.removed', endpoint);
  }

  /** The secret before signs beside it for a day. @throws {NotFoundError | ConflictError} */
  async rotateSecret(scope: TenantScope, id: string): Promise<NewWebhookEndpointView> {
    const endpoint = await this.endpointOf(scope, id);
    const secret = this.secrets.create();
    const now = this.clock.now();
    const ending = new Date(now + secretOverlapMs);
    const earlier = endpoint.secrets
      .map(({ sealed, ends_at = ending }) => ({ sealed, ends_at }))
      .filter(({ ends_at }) => ends_at.getTime() > now);
    const sealed = this.secrets.seal(secret, id);
    const written = await this.endpoints.putSecrets(scope, endpoint, [{ sealed }, ...earlier].slice(0, maxSecrets));
    if (!written) throw new ConflictError('It is being changed by somebody else.');
    await this.note('webhook_endpoint.secret_rotated', written);
    return { ...webhookEndpointView(written), secret };
  }

  /** Posts an event `test`, once and now, disabled or not. @throws {NotFoundError} */
  async test(scope: TenantScope, id: string): Promise<EndpointMessageView> {
    const endpoint = await this.endpointOf(scope, id);
    const messageId = new Types.ObjectId().toHexString();
    const happened_at = this.clock.date();
    const body = { type: 'test', timestamp: happened_at.toISOString(), data: {} };
    const attempt = await this.caller.post(endpoint, messageId, body);
    const about = { endpoint_id: id, user_id: endpoint.user_id, event_id: `test:${messageId}`, happened_at };
    const written = await this.messages.insertTried(
      { ...about, event_type: 'test' },
      messageId,
      attempt,
      isTaken(attempt),
    );
    await this.note('webhook_endpoint.tested', endpoint);
    return endpointMessageView(written);
  }

  /** @throws {NotFoundError} */
  async log(
    scope: TenantScope,
    id: string,
    { cursor: before, limit, status }: ListEndpointMessagesQuery,
  ): Promise<Page<EndpointMessageView>> {
    await this.endpointOf(scope, id);
    const found = await this.messages.list(id, { status, before, limit: limit + 1 });
    const { data, next_cursor } = pageOf(found, limit, ({ _id }) => _id);
    return { data: data.map(endpointMessageView), next_cursor };
  }

  /** @throws {NotFoundError | WebhookEndpointDisabledError} */
  async replay(scope: TenantScope, id: string, messageId: string): Promise<EndpointMessageView> {
    const endpoint = await this.enabledOf(scope, id);
    const replayed = await this.messages.replay(id, messageId);
    if (!replayed) throw new NotFoundError('There is no such message of this endpoint.');
    await this.jobs.add('post-to-endpoint', { endpoint_id: id });
    await this.note('webhook_endpoint.replayed', endpoint);
    return endpointMessageView(replayed);
  }

  /** @throws {NotFoundError | WebhookEndpointDisabledError} */
  async replaySince(scope: TenantScope, id: string, since: Date): Promise<EndpointReplayView> {
    const endpoint = await this.enabledOf(scope, id);
    const result = await this.messages.replayFailed(id, since, maxReplayed);
    if (result.replayed > 0) await this.jobs.add('post-to-endpoint', { endpoint_id: id });
    await this.note('webhook_endpoint.replayed', endpoint);
    return result;
  }

  private async enable(id: string): Promise<WebhookEndpoint | null> {
    const since = await this.changes.now();
    const written = await this.switches.enable(since, (session) => this.endpoints.enable(session, id, since));
    await this.switches.clearAlert(id);
    return written;
  }

  private refuseUrl(url: string): void {
    const expected = this.caller.urlProblem(url);
    if (expected) throw new InvalidRequestError(`url: ${expected}`, [{ field: 'url', expected }]);
  }

  private async endpointOf(scope: TenantScope, id: string): Promise<WebhookEndpoint> {
    const found = await this.endpoints.find(scope, id);
    if (!found) throw noSuchEndpoint();
    return found;
  }

  private async enabledOf(scope: TenantScope, id: string): Promise<WebhookEndpoint> {
    const endpoint = await this.endpointOf(scope, id);
    if (!endpoint.enabled) throw new WebhookEndpointDisabledError('The endpoint is disabled: enable it first.');
    return endpoint;
  }

  private async note(
    action: AuditAction,
    { _id, user_id: tenant }: Pick<WebhookEndpoint, '_id' | 'user_id'>,
    changed?: string[],
  ): Promise<void> {
    await this.audit.record({ action, tenant, target: { endpoint_id: _id }, ...(changed ? { changed } : {}) });
  }
}

function noSuchEndpoint(): NotFoundError {
  return new NotFoundError('There is no such webhook endpoint.');
}
