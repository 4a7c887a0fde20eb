import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { DmsApiModule, DmsModule, DmsSyncModule } from '../dms/index.js';
import { CommentsController } from './comments/comments.controller.js';
import { InboxCommentsService } from './comments/comments.service.js';
import { InboxConversationsService } from './conversations/conversations.service.js';
import { InboxConversationsRepository } from './conversations/inbox-conversations.repository.js';
import { InboxController } from './inbox.controller.js';
import { InboxMessagesService } from './messages/messages.service.js';
import { ReadMarks } from './messages/read-marks.js';
import { ChangesRepository } from './stream/changes.repository.js';
import { HiddenConversations } from './stream/hidden-conversations.js';
import { LiveEventBuilder } from './stream/live-event-builder.js';
import { LiveFeed } from './stream/live-feed.service.js';
import { StreamTickets } from './stream/stream-tickets.service.js';
import { StreamController } from './stream/stream.controller.js';
import { StreamGuard } from './stream/stream.guard.js';
import { StreamService } from './stream/stream.service.js';

/** `/inbox/*`. */
@Module({
  imports: [AccountsModule, ConversationsModule, DmsModule, DmsApiModule, DmsSyncModule],
  controllers: [InboxController, CommentsController, StreamController],
  providers: [
    InboxConversationsRepository,
    InboxConversationsService,
    InboxMessagesService,
    InboxCommentsService,
    ReadMarks,
    ChangesRepository,
    HiddenConversations,
    LiveEventBuilder,
    LiveFeed,
    StreamTickets,
    StreamGuard,
    StreamService,
  ],
})
export class InboxApiModule {}
