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
import { ConversationSync } from './conversation-sync.js';
import { SyncLimits } from './sync-limits.js';

/** Asking Meta for what did not arrive. */
@Module({
  imports: [AccountsModule, DmsModule, MongooseModule.forFeature([{ name: DM, schema: DmSchema }])],
  providers: [ConversationSync, SyncLimits, IngestService, IngestRepository, BackfillService],
  exports: [ConversationSync, BackfillService],
})
export class DmsSyncModule {}

@Module({ imports: [AccountsModule, DmsSyncModule], providers: [BackfillProcessor] })
export class DmsSyncWorkerModule {}
