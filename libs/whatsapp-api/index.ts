export { decodeWhatsAppDelivery, summarizeWhatsAppDelivery } from './decode-delivery.js';
export {
  classifyWhatsAppFailure,
  WHATSAPP_FAILURE_RULES,
  whatsAppRuleOf,
  type WhatsAppFailure,
  type WhatsAppFailureRule,
} from './failures.js';
export { WHATSAPP_LIMITS } from './limits.js';
export { isBsuid, personIdsIn } from './person-ids.js';
export { findWhatsAppProblem, whatsAppBodyOf, type WhatsAppMessage } from './send-body.js';
export { WhatsAppClient, type WhatsAppSent } from './client.js';
export {
  filledBody,
  filledComponents,
  filledText,
  readTemplate,
  readTemplateChange,
  templateSlots,
  type TemplateChange,
  type TemplateSlots,
  type TemplateValues,
  type WhatsAppTemplate,
} from './templates.js';
