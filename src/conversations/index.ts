export {
  endPause,
  pauseReasons,
  pausesOf,
  setPause,
  untilHandedBack,
  wasTakenOverSince,
  type AgentPauses,
  type PauseReason,
} from './agent-pauses.js';
export { ConversationBlocksRepository, type BlockMark } from './conversation-blocks.repository.js';
export { ConversationClaimsRepository, type AnswerClaim, type Claim } from './conversation-claims.repository.js';
export { ConversationWriteOrderRepository } from './conversation-write-order.repository.js';
export {
  assignedIndex,
  CONVERSATION,
  conversationIdOf,
  emptyConversation,
  labelledIndex,
  latestChange,
  messageWriters,
  pausedIndex,
  placeOf,
  snoozedIndex,
  waitingIndex,
  type ConversationCounts,
  type ConversationRecord,
  type HandedOver,
  type ListPlace,
  type MessageWriter,
} from './conversation.schema.js';
export { DeskRepository } from './desk.repository.js';
export { ConversationsModule, ConversationsWorkerModule } from './conversations.module.js';
export {
  ConversationsRepository,
  type AgentPause,
  type Conversation,
  type ConversationHolder,
  type ConversationParties,
} from './conversations.repository.js';
export { ConversationTotalsRepository, type TotalsFilter } from './conversation-totals.repository.js';
export { isSelective, searchedLength, searchTermsOf } from './search-terms.js';
