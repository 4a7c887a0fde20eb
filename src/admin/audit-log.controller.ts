import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ForAdmins } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { pageOf } from '../paging/index.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { AuditListResponse, AuditQuery } from './admin.dto.js';

@ApiTags('Admin')
@ForAdmins()
@Controller('admin/audit-log')
export class AuditLogController {
  constructor(private readonly log: AuditLogRepository) {}

  @Get()
  @ApiOperation({
    summary: 'What admins changed',
    description: 'Newest first. Entries are never changed, and kept for AUDIT_RETENTION_DAYS.',
  })
  @ApiOkResponse({ type: AuditListResponse })
  @ApiErrors(400, 401, 403, 429, 503)
  async list(@Query() { actor, cursor, limit }: AuditQuery): Promise<AuditListResponse> {
    const found = await this.log.list({ actor, before: cursor, limit: limit + 1 });
    return { success: true, ...pageOf(found, limit, ({ _id }) => _id) };
  }
}
