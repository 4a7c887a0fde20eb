import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { BlockMarksService } from './block-marks.service.js';
import { BlockMarksTask } from './block-marks.task.js';
import { BlocklistOwnerService } from './blocklist-owner.service.js';
import { BlocklistController } from './blocklist.controller.js';
import { BlocklistRepository } from './blocklist.repository.js';
import { BLOCKLIST_ENTRY, BlocklistSchema } from './blocklist.schema.js';
import { BlocklistService } from './blocklist.service.js';

/** Whom tenants have blocked. */
@Module({
  imports: [ConversationsModule, MongooseModule.forFeature([{ name: BLOCKLIST_ENTRY, schema: BlocklistSchema }])],
  providers: [BlocklistRepository, BlocklistService, BlockMarksService],
  exports: [BlocklistService, BlocklistRepository, BlockMarksService],
})
export class BlocklistModule {}

/** `/inbox/blocklist`. */
@Module({
  imports: [AccountsModule, BlocklistModule],
  controllers: [BlocklistController],
  providers: [BlocklistOwnerService],
})
export class BlocklistApiModule {}

/** Keeping conversations in step with the blocklist. */
@Module({
  imports: [BlocklistModule, ConversationsModule],
  providers: [BlockMarksTask],
})
export class BlocklistWorkerModule {}
