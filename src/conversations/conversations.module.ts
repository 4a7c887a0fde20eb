import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { ConversationBlocksRepository } from './conversation-blocks.repository.js';
import { ConversationClaimsRepository } from './conversation-claims.repository.js';
import { ConversationWriteOrderRepository } from './conversation-write-order.repository.js';
import { CONVERSATION, ConversationSchema } from './conversation.schema.js';
import { ConversationTotalsRepository } from './conversation-totals.repository.js';
import { ConversationsRepository } from './conversations.repository.js';
import { DeskRepository } from './desk.repository.js';
import { SearchTermsRepository } from './search-terms.repository.js';
import { SearchTermsTask } from './search-terms.task.js';
import { SnoozesTask } from './snoozes.task.js';
import { WaitingRepository } from './waiting.repository.js';
import { WaitingTask } from './waiting.task.js';

/** The conversation record, where storing, answering, sending and the inbox meet. */
@Module({
  imports: [MongooseModule.forFeature([{ name: CONVERSATION, schema: ConversationSchema }])],
  providers: [
    ConversationsRepository,
    ConversationBlocksRepository,
    ConversationClaimsRepository,
    ConversationWriteOrderRepository,
    ConversationTotalsRepository,
    DeskRepository,
  ],
  exports: [
    ConversationsRepository,
    ConversationBlocksRepository,
    ConversationClaimsRepository,
    ConversationWriteOrderRepository,
    ConversationTotalsRepository,
    DeskRepository,
    MongooseModule,
  ],
})
export class ConversationsModule {}

/** What is derived is brought up to date. */
@Module({
  imports: [ConversationsModule],
  providers: [SearchTermsTask, SearchTermsRepository, SnoozesTask, WaitingTask, WaitingRepository],
})
export class ConversationsWorkerModule {}
