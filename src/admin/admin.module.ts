import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { retentionOf } from '../database/index.js';
import { AuditLogController } from './audit-log.controller.js';
import { AUDIT, AuditLogRepository } from './audit-log.repository.js';
import { AuditTrailService } from './audit-trail.service.js';
import { AuditSchema } from './audit.schema.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { QueueDashboardService } from './queue-dashboard.service.js';

/** What operators see and do: dead letters, Bull's dashboard, and the trail of who did what. */
@Module({
  imports: [MongooseModule.forFeature([{ name: AUDIT, schema: AuditSchema }])],
  controllers: [DeadLettersController, AuditLogController],
  providers: [
    AuditLogRepository,
    retentionOf(AuditLogRepository, ({ AUDIT_RETENTION_DAYS }) => AUDIT_RETENTION_DAYS),
    AuditTrailService,
    QueueDashboardService,
  ],
})
export class AdminApiModule {}
