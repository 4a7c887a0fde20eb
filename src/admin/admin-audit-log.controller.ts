import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { AuditListResponse, AuditLogRepository } from '../audit/index.js';
import { ForAdmins } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { pageOf } from '../paging/index.js';
import { AuditQuery } from './admin.dto.js';

/** The part of the audit log that admins made. */
@ApiTags('Admin')
@ForAdmins()
@Controller('admin/audit-log')
export class AdminAuditLogController {
  constructor(private readonly log: AuditLogRepository) {}

  @Get()
  @ApiOperation({
    summary: 'What admins did',
    description: 'Newest first; `/audit-log` has what everybody did. Kept for AUDIT_RETENTION_DAYS.',
  })
  @ApiOkResponse({ type: AuditListResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Query() { actor, cursor, limit }: AuditQuery): Promise<AuditListResponse> {
    const found = await this.log.listOfAdmins({ actor, before: cursor, limit: limit + 1 });
    return { success: true, ...pageOf(found, limit, ({ _id }) => _id) };
  }
}
