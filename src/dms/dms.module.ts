import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { BlocklistModule } from '../blocklist/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { DeliveriesModule } from '../deliveries/index.js';
import { DmEditService } from './api/dm-edit.service.js';
import { DmListRepository } from './api/dm-list.repository.js';
import { DmListService } from './api/dm-list.service.js';
import { HumanTakeOver } from './api/human-take-over.js';
import { DmSendService } from './api/dm-send.service.js';
import { DmsController } from './api/dms.controller.js';
import { SendAnswersRepository } from './api/send-answers.repository.js';
import { DM, DmStore, TOMBSTONE } from './dm-store.repository.js';
import { DmSchema } from './dm.schema.js';
import { DmMediaRepository } from './dm-media.repository.js';
import { DmsRepository } from './dms.repository.js';
import { COMMENT, CommentSchema, CommentsRepository } from './ingest/comments.repository.js';
import { FetchMessageProcessor } from './hints/fetch-message.processor.js';
import { MESSAGE_HINT, MessageHintSchema } from './hints/message-hint.schema.js';
import { MessageHints } from './hints/message-hints.repository.js';
import { EventMatcher } from './ingest/event-matcher.js';
import { HandOn } from './ingest/hand-on.service.js';
import { IngestLoad } from './ingest/ingest-load.js';
import { IngestRepository } from './ingest/ingest.repository.js';
import { IngestService } from './ingest/ingest.service.js';
import { Mailbox } from './ingest/mailbox.js';
import { StoreDeliveriesProcessor } from './ingest/store-deliveries.processor.js';
import { OutboundProcessor, outboundProviders } from './outbound/index.js';
import { FetchProfileProcessor } from './profiles/fetch-profile.processor.js';
import { StaleProfiles } from './profiles/stale-profiles.repository.js';
import { CommentRemovalRepository } from './removal/comment-removal.repository.js';
import { DmRemovalRepository } from './removal/dm-removal.repository.js';
import { SyncLimits } from './sync/sync-limits.js';
import { TombstoneSchema } from './tombstone.schema.js';

/** The store of DMs and their way out. */
@Module({
  imports: [
    AccountsModule,
    BlocklistModule,
    ConversationsModule,
    DeliveriesModule,
    MongooseModule.forFeature([
      { name: DM, schema: DmSchema },
      { name: TOMBSTONE, schema: TombstoneSchema },
      { name: COMMENT, schema: CommentSchema },
    ]),
  ],
  providers: [
    DmStore,
    DmMediaRepository,
    DmRemovalRepository,
    DmsRepository,
    CommentsRepository,
    CommentRemovalRepository,
    IngestLoad,
    Mailbox,
    ...outboundProviders,
  ],
  exports: [
    DmStore,
    DmMediaRepository,
    DmRemovalRepository,
    DmsRepository,
    CommentsRepository,
    CommentRemovalRepository,
    IngestLoad,
    Mailbox,
    BlocklistModule,
    ConversationsModule,
    ...outboundProviders,
  ],
})
export class DmsModule {}

/** `/instagram-dms/*`. */
@Module({
  imports: [AccountsModule, DmsModule, MongooseModule.forFeature([{ name: DM, schema: DmSchema }])],
  controllers: [DmsController],
  providers: [DmListRepository, DmListService, DmSendService, SendAnswersRepository, HumanTakeOver, DmEditService],
  exports: [DmSendService],
})
export class DmsApiModule {}

/** Storing what Meta delivered, sending what is queued. */
@Module({
  imports: [
    AccountsModule,
    DeliveriesModule,
    DmsModule,
    MongooseModule.forFeature([
      { name: DM, schema: DmSchema },
      { name: MESSAGE_HINT, schema: MessageHintSchema },
    ]),
  ],
  providers: [
    StoreDeliveriesProcessor,
    MessageHints,
    FetchMessageProcessor,
    SyncLimits,
    EventMatcher,
    IngestService,
    IngestRepository,
    HandOn,
    OutboundProcessor,
    FetchProfileProcessor,
    StaleProfiles,
  ],
})
export class DmsWorkerModule {}
