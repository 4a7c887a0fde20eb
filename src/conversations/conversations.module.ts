import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { ConversationLocks } from './conversation-locks.repository.js';
import { CONVERSATION, ConversationSchema } from './conversation.schema.js';
import { ConversationTotals } from './conversation-totals.repository.js';
import { ConversationsRepository } from './conversations.repository.js';

/** The conversation record, where storing, answering, sending and the inbox meet. */
@Module({
  imports: [MongooseModule.forFeature([{ name: CONVERSATION, schema: ConversationSchema }])],
  providers: [ConversationsRepository, ConversationLocks, ConversationTotals],
  exports: [ConversationsRepository, ConversationLocks, ConversationTotals, MongooseModule],
})
export class ConversationsModule {}
