import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AuditService, type AuditAction } from '../audit/index.js';
import { ApiKeysRepository, newApiKey, reaches, scopeOf, type Principal, type StoredApiKey } from '../auth/index.js';
import { ConflictError, ForbiddenError, InvalidRequestError, NotFoundError } from '../errors/index.js';
import type { NewApiKeyRequest } from './api-keys.dto.js';

/** More than anybody has programs. */
const maxKeys = 100;

/** API keys of a tenant's programs, made and revoked by its people. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly keys: ApiKeysRepository,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  async list(caller: Principal, page: { before?: string; limit: number }): Promise<StoredApiKey[]> {
    return this.keys.list(scopeOf(caller), page);
  }

  /**
   * @returns the key itself, too, which nobody can be told again
   * @throws {ForbiddenError} asked for with a key: a stolen one must not make others that outlive it
   * @throws {ConflictError | InvalidRequestError}
   */
  async create(
    caller: Principal,
    { name, role, expires_at: end }: NewApiKeyRequest,
  ): Promise<{ key: string; stored: StoredApiKey }> {
    if (caller.via === 'api_key') throw new ForbiddenError('An API key makes no API keys.');
    if (!reaches(caller.role, role)) throw new ForbiddenError(`Only the role ${role} makes keys of that role.`);
    const now = this.clock.date();
    const expiresAt = end === undefined ? undefined : new Date(end);
    if (expiresAt && expiresAt <= now)
      throw new InvalidRequestError('expires_at: expected a time to come', [
        { field: 'expires_at', expected: 'a time to come' },
      ]);
    if ((await this.keys.count(caller.tenant)) >= maxKeys)
      throw new ConflictError(`There are ${maxKeys} API keys already. Revoke one that is not used.`);
    const { key, ...kept } = newApiKey();
    const stored = await this.keys.insert({
      ...{ tenant_id: caller.tenant, name: name.trim(), role, ...kept },
      ...{ created_by: caller.actor, created_at: now },
      ...(expiresAt ? { expires_at: expiresAt } : {}),
    });
    await this.note('api_key.created', stored);
    return { key, stored };
  }

  /** From the next request on it opens nothing. @throws {NotFoundError} */
  async revoke(caller: Principal, id: string): Promise<void> {
    const revoked = await this.keys.remove(scopeOf(caller), id);
    if (!revoked) throw new NotFoundError('There is no such API key.');
    await this.note('api_key.revoked', revoked);
  }

  private async note(action: AuditAction, { _id, tenant_id: tenant, name, role }: StoredApiKey): Promise<void> {
    await this.audit.record({ action, tenant, target: { api_key_id: _id, name, role } });
  }
}
