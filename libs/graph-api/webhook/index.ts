export {
  absoluteUrl,
  ATTACHMENT_TYPES,
  readAttachments,
  type DecodedAttachment,
  type KnownAttachmentType,
} from './attachments.js';
export { decodeDelivery, readObjectName, type DecodeOptions } from './decode-delivery.js';
export { directionOf, participantOf } from './direction.js';
export { EVENT_REGISTRY, type EventDefinition } from './event-registry.js';
export { decodePageDelivery } from './page-delivery.js';
export { asList, defined, isObject, listIn, readCount, readFlag, readText, type JsonObject } from './read-values.js';
export { summarizeDelivery, type DeliverySummary } from './summarize-delivery.js';
export type * from './webhook-event.js';
