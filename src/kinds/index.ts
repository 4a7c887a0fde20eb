export {
  attachmentKindOf,
  attachmentKinds,
  mediaTypes,
  type AttachmentType,
  type MediaType,
} from './attachment-kinds.js';
export { eventKinds } from './event-kinds.js';
export { agentMayAnswer } from './may-answer.js';
