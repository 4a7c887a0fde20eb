import { Global, Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { retentionOf } from '../database/index.js';
import { AuditLogController } from './audit-log.controller.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { AuditLogService } from './audit-log.service.js';
import { AuditTrailService } from './audit-trail.service.js';
import { AUDIT, AuditSchema } from './audit.schema.js';
import { AuditService } from './audit.service.js';

/** Writing down what was done: for all rooms. */
@Global()
@Module({
  imports: [MongooseModule.forFeature([{ name: AUDIT, schema: AuditSchema }])],
  providers: [
    AuditLogRepository,
    retentionOf(AuditLogRepository, ({ AUDIT_RETENTION_DAYS }) => AUDIT_RETENTION_DAYS),
    AuditService,
  ],
  exports: [AuditLogRepository, AuditService],
})
export class AuditModule {}

/** `/audit-log`, and the net under admins' requests. */
@Module({ controllers: [AuditLogController], providers: [AuditLogService, AuditTrailService] })
export class AuditApiModule {}
