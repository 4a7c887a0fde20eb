import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { ConversationBlocks } from './conversation-blocks.repository.js';
import { ConversationClaims } from './conversation-claims.repository.js';
import { ConversationLocks } from './conversation-locks.repository.js';
import { CONVERSATION, ConversationSchema } from './conversation.schema.js';
import { ConversationTotals } from './conversation-totals.repository.js';
import { ConversationsRepository } from './conversations.repository.js';
import { SearchTermsRepository } from './search-terms.repository.js';
import { SearchTermsTask } from './search-terms.task.js';

/** The conversation record, where storing, answering, sending and the inbox meet. */
@Module({
  imports: [MongooseModule.forFeature([{ name: CONVERSATION, schema: ConversationSchema }])],
  providers: [ConversationsRepository, ConversationBlocks, ConversationClaims, ConversationLocks, ConversationTotals],
  exports: [
    ConversationsRepository,
    ConversationBlocks,
    ConversationClaims,
    ConversationLocks,
    ConversationTotals,
    MongooseModule,
  ],
})
export class ConversationsModule {}

/** What is derived is brought up to date. */
@Module({
  imports: [ConversationsModule],
  providers: [SearchTermsTask, SearchTermsRepository],
})
export class ConversationsWorkerModule {}
