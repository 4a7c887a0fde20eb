import { Module } from '@nestjs/common';
import { AdminAuditLogController } from './admin-audit-log.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { QueueDashboardService } from './queue-dashboard.service.js';

/** What operators see and do: dead letters, Bull's dashboard, and what each of them did. */
@Module({
  controllers: [DeadLettersController, AdminAuditLogController],
  providers: [QueueDashboardService],
})
export class AdminApiModule {}
