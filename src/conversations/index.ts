export { ConversationLocks } from './conversation-locks.repository.js';
export {
  CONVERSATION,
  conversationIdOf,
  newConversation,
  type ConversationCounts,
  type ConversationRecord,
} from './conversation.schema.js';
export { ConversationsModule } from './conversations.module.js';
export {
  ConversationsRepository,
  type AgentPause,
  type Claim,
  type Conversation,
  type ConversationParties,
  type Work,
} from './conversations.repository.js';
export { ConversationTotals, type TotalsFilter } from './conversation-totals.repository.js';
export { searchTermsOf } from './search-terms.js';
