import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/index.js';
import { ConversationsModule } from '../conversations/index.js';
import { AgentModule } from '../agent/index.js';
import { StaffModule } from '../staff/index.js';
import { DmsApiModule, DmsModule, DmsSyncModule } from '../dms/index.js';
import { CannedRepliesController } from './canned-replies/canned-replies.controller.js';
import { CannedRepliesService } from './canned-replies/canned-replies.service.js';
import { CommentsController } from './comments/comments.controller.js';
import { InboxCommentsService } from './comments/inbox-comments.service.js';
import { ConversationViewsService } from './conversations/conversation-views.service.js';
import { DeskDecisionsService } from './conversations/desk-decisions.service.js';
import { InboxConversationsService } from './conversations/inbox-conversations.service.js';
import { InboxConversationsRepository } from './conversations/inbox-conversations.repository.js';
import { CountsController } from './counts/counts.controller.js';
import { InboxCountsService } from './counts/inbox-counts.service.js';
import { DeskModule } from './desk.module.js';
import { DraftsController } from './drafts/drafts.controller.js';
import { DraftsService } from './drafts/drafts.service.js';
import { LabelsController } from './labels/labels.controller.js';
import { LabelsService } from './labels/labels.service.js';
import { NotesController } from './notes/notes.controller.js';
import { NotesService } from './notes/notes.service.js';
import { PresenceController } from './presence/presence.controller.js';
import { PresenceFeedService } from './presence/presence-feed.service.js';
import { PresenceService } from './presence/presence.service.js';
import { SuggestionsController } from './suggestions/suggestions.controller.js';
import { SuggestionsService } from './suggestions/suggestions.service.js';
import { InboxController } from './inbox.controller.js';
import { MessagePagesService } from './messages/message-pages.service.js';
import { InboxMessagesService } from './messages/inbox-messages.service.js';
import { ReadMarksService } from './messages/read-marks.service.js';
import { ChangesRepository } from './stream/changes.repository.js';
import { HiddenConversationsService } from './stream/hidden-conversations.service.js';
import { LiveEventBuilderService } from './stream/live-event-builder.service.js';
import { LiveFeedService } from './stream/live-feed.service.js';
import { StreamTicketsService } from './stream/stream-tickets.service.js';
import { StreamController } from './stream/stream.controller.js';
import { StreamGuard } from './stream/stream.guard.js';
import { StreamService } from './stream/stream.service.js';

/** What changes, as those who may see it are told: read by the live stream, and by what posts it to webhook endpoints. */
@Module({
  imports: [AccountsModule, ConversationsModule],
  providers: [ChangesRepository, HiddenConversationsService, LiveEventBuilderService, ConversationViewsService],
  exports: [ChangesRepository, HiddenConversationsService, LiveEventBuilderService, ConversationViewsService],
})
export class InboxChangesModule {}

/** `/inbox/*`. */
@Module({
  imports: [
    InboxChangesModule,
    AccountsModule,
    ConversationsModule,
    DmsModule,
    DmsApiModule,
    DmsSyncModule,
    StaffModule,
    DeskModule,
    AgentModule,
  ],
  controllers: [
    InboxController,
    CountsController,
    LabelsController,
    NotesController,
    CannedRepliesController,
    DraftsController,
    PresenceController,
    SuggestionsController,
    CommentsController,
    StreamController,
  ],
  providers: [
    InboxConversationsRepository,
    InboxConversationsService,
    DeskDecisionsService,
    InboxCountsService,
    InboxMessagesService,
    MessagePagesService,
    LabelsService,
    NotesService,
    CannedRepliesService,
    DraftsService,
    PresenceService,
    PresenceFeedService,
    SuggestionsService,
    InboxCommentsService,
    ReadMarksService,
    LiveFeedService,
    StreamTicketsService,
    StreamGuard,
    StreamService,
  ],
})
export class InboxApiModule {}
