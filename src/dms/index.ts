export { applyToConversation, isVisible, noteCustomerAction, previewOf } from './dm-change.js';
export { DmMediaRepository, type StoredCopy } from './dm-media.repository.js';
export { DmStoreRepository } from './dm-store.repository.js';
export type {
  AgentState,
  Direction,
  DmAttachment,
  DmError,
  DmRecord,
  DmSource,
  OutboundBody,
  SendStatus,
} from './dm.schema.js';
export { DmsApiModule, DmsModule, DmsWorkerModule } from './dms.module.js';
export { DmsRepository, type Dm, type HistoryPage } from './dms.repository.js';
export { CommentsRepository, type CommentRecord } from './ingest/comments.repository.js';
export { IngestLoadService } from './ingest/ingest-load.service.js';
export { IngestService, type IngestOutcome } from './ingest/ingest.service.js';
export type { IngestItem } from './ingest/ingest-batch.js';
export { PendingHintsService } from './ingest/pending-hints.service.js';
export { IdempotencyKey } from './api/idempotency-key.decorator.js';
export {
  duplicateOf,
  followHeader,
  idempotencyHeader,
  queuedDescription,
  tellWhatToFollow,
} from './api/follow-send.js';
export { channelNamed, channelOf, isOfChannel } from './api/channel-filter.js';
export { choiceOf, type PickedChoice } from './api/choices.js';
export { MessageCostsRepository } from './costs/message-costs.repository.js';
export { isHeldById } from './held-media.js';
export { SentTemplateView } from './api/dm-view.dto.js';
export { templateOf } from './api/template-of.js';
export { AttachmentDto, ChoiceDto, IsChoices, IsTemplate, QuickReplyDto, ReplyToDto } from './api/send-content.dto.js';
export { ChannelQuery } from './api/list-dms.dto.js';
export { dmView } from './api/dm.view.js';
export { DmSendService, type AcceptedSend } from './api/dm-send.service.js';
export { CommentRemovalRepository } from './removal/comment-removal.repository.js';
export { DmRemovalRepository } from './removal/dm-removal.repository.js';
export { clientKeyOf } from './send-key.js';
export { keyOnly } from './tombstone.schema.js';
export { ConversationSyncService, type SyncResult } from './sync/conversation-sync.service.js';
export { DmsSyncModule, DmsSyncWorkerModule } from './sync/sync.module.js';
export {
  humanAgentWindowClosesAt,
  isOutsideWindow,
  isProvisional,
  OutboxService,
  OutboundRepository,
  provisionalParticipant,
  SenderService,
  SendLimitsService,
  SendSettlingService,
  SupersededRepliesService,
  windowClosesAt,
  windowSentence,
  type WindowHours,
  type NewOutbound,
  type NewReply,
  type SendHead,
} from './outbound/index.js';
