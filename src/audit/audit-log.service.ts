import { Injectable } from '@nestjs/common';
import { ownerFilter, type TenantScope } from '../auth/index.js';
import { NotFoundError } from '../errors/index.js';
import { pageOf } from '../paging/index.js';
import type { AuditLogQuery } from './audit.dto.js';
import { AuditLogRepository, type AuditEntry } from './audit-log.repository.js';
import { AuditService } from './audit.service.js';

/** Reading the audit log. */
@Injectable()
export class AuditLogService {
  constructor(
    private readonly log: AuditLogRepository,
    private readonly audit: AuditService,
  ) {}

  /** Newest first. A tenant sees what was done to its data, by whomever; an admin everything. @throws {NotFoundError} */
  async list(scope: TenantScope, query: AuditLogQuery): Promise<{ data: AuditEntry[]; next_cursor: string | null }> {
    const { actor, action, account_id: accountId, participant_id: participantId, user_id: tenant } = query;
    const own = ownerFilter(scope).user_id;
    if (tenant !== undefined && own !== undefined && tenant !== own) throw new NotFoundError('There is no such user.');
    const found = await this.log.list(scope, {
      ...{ tenant, actor, action, accountId: accountId?.toLowerCase(), before: query.cursor },
      person: participantId === undefined ? undefined : this.audit.hidden(participantId),
      since: query.since === undefined ? undefined : new Date(query.since),
      until: query.until === undefined ? undefined : new Date(query.until),
      limit: query.limit + 1,
    });
    return pageOf(found, query.limit, ({ _id }) => _id);
  }
}
