import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { retentionOf } from '../database/index.js';
import { AuditLogController } from './audit-log.controller.js';
import { AUDIT, AuditLog } from './audit-log.repository.js';
import { AuditTrail } from './audit-trail.js';
import { AuditSchema } from './audit.schema.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { QueueDashboard } from './queue-dashboard.js';

/** What operators see and do: dead letters, Bull's dashboard, and the trail of who did what. */
@Module({
  imports: [MongooseModule.forFeature([{ name: AUDIT, schema: AuditSchema }])],
  controllers: [DeadLettersController, AuditLogController],
  providers: [
    AuditLog,
    retentionOf(AuditLog, ({ AUDIT_RETENTION_DAYS }) => AUDIT_RETENTION_DAYS),
    AuditTrail,
    QueueDashboard,
  ],
})
export class AdminApiModule {}
