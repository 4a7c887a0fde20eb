export { DeskErasureService } from './desk-erasure.service.js';
export { DeskModule } from './desk.module.js';
export { CannedRepliesRepository } from './canned-replies/canned-replies.repository.js';
export { LabelsRepository } from './labels/labels.repository.js';
export type { ConversationView } from './conversations/conversation.view.js';
export { noteView } from './notes/notes.dto.js';
export { NotesRepository } from './notes/notes.repository.js';
export { InboxApiModule, InboxChangesModule } from './inbox.module.js';
export {
  ChangesRepository,
  isPositionLost,
  secondsOf,
  type ChangeReader,
  type StoreChange,
} from './stream/changes.repository.js';
export { HiddenConversationsService } from './stream/hidden-conversations.service.js';
export { LiveEventBuilderService } from './stream/live-event-builder.service.js';
export { liveEventNames, type LiveEventName } from './stream/live-event.js';
