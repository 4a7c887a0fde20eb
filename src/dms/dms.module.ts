import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { AccountsModule } from '../accounts/index.js';
import { BlocklistModule } from '../blocklist/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { DeliveriesModule } from '../deliveries/index.js';
import { TemplatesModule } from '../templates/index.js';
import { DmEditService } from './api/dm-edit.service.js';
import { DmListRepository } from './api/dm-list.repository.js';
import { DmListService } from './api/dm-list.service.js';
import { OperatorTakeoverService } from './api/operator-takeover.service.js';
import { DmSendService } from './api/dm-send.service.js';
import { DmsController } from './api/dms.controller.js';
import { MessagesController } from './api/messages.controller.js';
import { RequestedSendsRepository } from './api/requested-sends.repository.js';
import { SendFollowingService } from './api/send-following.service.js';
import { SendResponsesRepository } from './api/send-responses.repository.js';
import { DM, DmStoreRepository, TOMBSTONE } from './dm-store.repository.js';
import { DmSchema } from './dm.schema.js';
import { DmMediaRepository } from './dm-media.repository.js';
import { DmsRepository } from './dms.repository.js';
import { COMMENT, CommentSchema, CommentsRepository } from './ingest/comments.repository.js';
import { MESSAGE_COST, MessageCostSchema } from './costs/message-cost.schema.js';
import { MessageCostsController } from './costs/message-costs.controller.js';
import { MessageCostsRepository } from './costs/message-costs.repository.js';
import { MessageCostsService } from './costs/message-costs.service.js';
import { FetchMessageProcessor } from './hints/fetch-message.processor.js';
import { MESSAGE_HINT, MessageHintSchema } from './hints/message-hint.schema.js';
import { MessageHintsRepository } from './hints/message-hints.repository.js';
import { EventMatcherService } from './ingest/event-matcher.service.js';
import { FollowUpJobsService } from './ingest/follow-up-jobs.service.js';
import { IngestLoadService } from './ingest/ingest-load.service.js';
import { IngestRepository } from './ingest/ingest.repository.js';
import { IngestService } from './ingest/ingest.service.js';
import { PendingHintsService } from './ingest/pending-hints.service.js';
import { StoreDeliveriesProcessor } from './ingest/store-deliveries.processor.js';
import { OutboundProcessor, outboundProviders } from './outbound/index.js';
import { FetchProfileProcessor } from './profiles/fetch-profile.processor.js';
import { StaleProfilesRepository } from './profiles/stale-profiles.repository.js';
import { CommentRemovalRepository } from './removal/comment-removal.repository.js';
import { DmRemovalRepository } from './removal/dm-removal.repository.js';
import { SyncLimitsService } from './sync/sync-limits.service.js';
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
      { name: MESSAGE_COST, schema: MessageCostSchema },
    ]),
  ],
  providers: [
    DmStoreRepository,
    DmMediaRepository,
    DmRemovalRepository,
    DmsRepository,
    CommentsRepository,
    CommentRemovalRepository,
    MessageCostsRepository,
    IngestLoadService,
    PendingHintsService,
    ...outboundProviders,
  ],
  exports: [
    DmStoreRepository,
    DmMediaRepository,
    DmRemovalRepository,
    DmsRepository,
    CommentsRepository,
    CommentRemovalRepository,
    MessageCostsRepository,
    IngestLoadService,
    PendingHintsService,
    BlocklistModule,
    ConversationsModule,
    ...outboundProviders,
  ],
})
export class DmsModule {}

/** `/instagram-dms/*`, `/messages/*`. */
@Module({
  imports: [AccountsModule, DmsModule, TemplatesModule, MongooseModule.forFeature([{ name: DM, schema: DmSchema }])],
  // MessageCostsController before MessagesController: `costs` is no DM's id.
  controllers: [MessageCostsController, DmsController, MessagesController],
  providers: [
    MessageCostsService,
    DmListRepository,
    DmListService,
    DmSendService,
    RequestedSendsRepository,
    SendFollowingService,
    SendResponsesRepository,
    OperatorTakeoverService,
    DmEditService,
  ],
  exports: [DmSendService],
})
export class DmsApiModule {}

/** Storing what Meta delivered, sending what is queued. */
@Module({
  imports: [
    AccountsModule,
    DeliveriesModule,
    DmsModule,
    TemplatesModule,
    MongooseModule.forFeature([
      { name: DM, schema: DmSchema },
      { name: MESSAGE_HINT, schema: MessageHintSchema },
    ]),
  ],
  providers: [
    StoreDeliveriesProcessor,
    MessageHintsRepository,
    FetchMessageProcessor,
    SyncLimitsService,
    EventMatcherService,
    IngestService,
    IngestRepository,
    FollowUpJobsService,
    OutboundProcessor,
    FetchProfileProcessor,
    StaleProfilesRepository,
  ],
})
export class DmsWorkerModule {}
