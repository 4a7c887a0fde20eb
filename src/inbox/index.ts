export { DeskErasureService } from './desk-erasure.service.js';
export { DeskModule } from './desk.module.js';
export { NotesRepository } from './notes/notes.repository.js';
export { InboxApiModule, InboxChangesModule } from './inbox.module.js';
export { ChangesRepository, isPositionLost, secondsOf, type ChangeReader } from './stream/changes.repository.js';
export { HiddenConversationsService } from './stream/hidden-conversations.service.js';
export { LiveEventBuilderService } from './stream/live-event-builder.service.js';
export type { LiveEvent } from './stream/live-event.js';
