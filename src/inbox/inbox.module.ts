import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { BlocklistModule } from '../blocklist/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { retentionOf } from '../database/index.js';
import { CommentRemovalRepository, DmsApiModule, DmsModule, DmsSyncModule } from '../dms/index.js';
import { MediaModule } from '../media/index.js';
import { WebhookModule } from '../webhook/index.js';
import { CommentsController } from './comments/comments.controller.js';
import { InboxCommentsService } from './comments/comments.service.js';
import { InboxConversationsService } from './conversations/conversations.service.js';
import { InboxConversationsRepository } from './conversations/inbox-conversations.repository.js';
import { ErasureProcessor } from './erasure/erasure.processor.js';
import { ErasureService } from './erasure/erasure.service.js';
import { InboxController } from './inbox.controller.js';
import { InboxMessagesService } from './messages/messages.service.js';
import { ReadMarks } from './messages/read-marks.js';
import { DmRetention } from './retention/dm-retention.service.js';
import { ChangesRepository } from './stream/changes.repository.js';
import { LiveEventBuilder } from './stream/live-event-builder.js';
import { LiveFeed } from './stream/live-feed.service.js';
import { StreamTickets } from './stream/stream-tickets.service.js';
import { StreamController } from './stream/stream.controller.js';
import { StreamGuard } from './stream/stream.guard.js';
import { StreamService } from './stream/stream.service.js';

/** `/inbox/*`. */
@Module({
  imports: [AccountsModule, ConversationsModule, DmsModule, DmsApiModule, DmsSyncModule, BlocklistModule],
  controllers: [InboxController, CommentsController, StreamController],
  providers: [
    InboxConversationsRepository,
    InboxConversationsService,
    InboxMessagesService,
    InboxCommentsService,
    ReadMarks,
    ChangesRepository,
    LiveEventBuilder,
    LiveFeed,
    StreamTickets,
    StreamGuard,
    StreamService,
  ],
})
export class InboxApiModule {}

/** Erasing people, and DMs and comments past their retention. */
@Module({
  imports: [AccountsModule, ConversationsModule, DmsModule, BlocklistModule, MediaModule, WebhookModule],
  providers: [
    ErasureProcessor,
    ErasureService,
    DmRetention,
    // Comments are what customers wrote, too: they are kept as long as DMs.
    retentionOf(CommentRemovalRepository, ({ DM_RETENTION_DAYS = 0 }) => DM_RETENTION_DAYS),
  ],
})
export class InboxWorkerModule {}
