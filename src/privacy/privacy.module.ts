import { Module } from '@nestjs/common';
import { AgentModule } from '../agent/index.js';
import { AccountsModule } from '../accounts/index.js';
import { BlocklistModule } from '../blocklist/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { retentionOf } from '../database/index.js';
import { CommentRemovalRepository, DmsModule } from '../dms/index.js';
import { DeskModule, NotesRepository } from '../inbox/index.js';
import { MediaModule } from '../media/index.js';
import { DeliveriesModule } from '../deliveries/index.js';
import { OutgoingWebhooksModule } from '../outgoing-webhooks/index.js';
import { StaffModule } from '../staff/index.js';
import { TemplatesModule } from '../templates/index.js';
import { ExportRequestsService } from './api/export-requests.service.js';
import { ExportsController } from './api/exports.controller.js';
import { PrivacyRequestsController } from './api/privacy-requests.controller.js';
import { PrivacyRequestsService } from './api/privacy-requests.service.js';
import { ErasureProcessor } from './erasure/erasure.processor.js';
import { ErasureService } from './erasure/erasure.service.js';
import { ExportProcessor } from './export/export.processor.js';
import { ExportService } from './export/export.service.js';
import { ExportSourcesService } from './export/export-sources.service.js';
import { ExportsModule } from './export/exports.module.js';
import { DmRetentionService } from './retention/dm-retention.service.js';

/** `/privacy/*`. */
@Module({
  imports: [AccountsModule, ConversationsModule, DmsModule, ExportsModule],
  controllers: [PrivacyRequestsController, ExportsController],
  providers: [PrivacyRequestsService, ExportRequestsService],
})
export class PrivacyApiModule {}

/** Exporting and erasing, and DMs and comments past their retention. */
@Module({
  imports: [
    AccountsModule,
    AgentModule,
    ConversationsModule,
    DmsModule,
    BlocklistModule,
    MediaModule,
    DeliveriesModule,
    StaffModule,
    TemplatesModule,
    ExportsModule,
    DeskModule,
    OutgoingWebhooksModule,
  ],
  providers: [
    ExportProcessor,
    ExportService,
    ExportSourcesService,
    ErasureProcessor,
    ErasureService,
    DmRetentionService,
    // Comments are what customers wrote, too: they are kept as long as DMs.
    retentionOf(CommentRemovalRepository, ({ DM_RETENTION_DAYS = 0 }) => DM_RETENTION_DAYS),
    retentionOf(NotesRepository, ({ DM_RETENTION_DAYS = 0 }) => DM_RETENTION_DAYS),
  ],
})
export class PrivacyWorkerModule {}
