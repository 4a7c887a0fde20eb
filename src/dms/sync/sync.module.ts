import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../../accounts/index.js';
import { DM } from '../dm-store.repository.js';
import { DmSchema } from '../dm.schema.js';
import { DmsModule } from '../dms.module.js';
import { IngestRepository } from '../ingest/ingest.repository.js';
import { IngestService } from '../ingest/ingest.service.js';
import { BackfillProcessor } from './backfill.processor.js';
import { BackfillService } from './backfill.service.js';
import { ConversationSyncService } from './conversation-sync.service.js';
import { SyncLimitsService } from './sync-limits.service.js';

/** Asking Meta for what did not arrive. */
@Module({
  imports: [AccountsModule, DmsModule, MongooseModule.forFeature([{ name: DM, schema: DmSchema }])],
  providers: [ConversationSyncService, SyncLimitsService, IngestService, IngestRepository, BackfillService],
  exports: [ConversationSyncService, BackfillService],
})
export class DmsSyncModule {}

@Module({ imports: [AccountsModule, DmsSyncModule], providers: [BackfillProcessor] })
export class DmsSyncWorkerModule {}
