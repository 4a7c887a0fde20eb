import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForOwners, Scope, type TenantScope } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { AuditListResponse, AuditLogQuery } from './audit.dto.js';
import { AuditLogService } from './audit-log.service.js';

@ApiTags('Audit log')
@ForOwners()
@Controller('audit-log')
export class AuditLogController {
  constructor(private readonly log: AuditLogService) {}

  @Get()
  @ApiOperation({
    summary: 'Who did what, to whom, when, and from where',
    description:
      'Newest first: sign-ins, changes of staff, accounts and settings, takeovers, messages sent by hand, erasures. What ' +
      'admins did to the tenant’s data stands in it, too. Entries are never changed, and kept for AUDIT_RETENTION_DAYS.',
  })
  @ApiOkResponse({ type: AuditListResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() query: AuditLogQuery): Promise<AuditListResponse> {
    return { success: true, ...(await this.log.list(scope, query)) };
  }
}
