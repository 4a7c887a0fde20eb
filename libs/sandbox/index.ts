export { GRAPH_ROUTES } from './faults.js';
export type { ActiveFault, FaultMode, FaultSwitch, GraphRoute } from './faults.js';
export { GRAPH_ERRORS } from './graph/graph-error.js';
export type { GraphErrorName, GraphRefusal } from './graph/graph-error.js';
export type { AnswerShapes } from './graph/graph-call.js';
export type { AcceptedSend, GraphCallRecord } from './ledger.js';
export type { LiveEvent } from './live-feed.js';
export type { AccountTokens, SandboxAccount } from './people/account.js';
export type { SandboxCustomer } from './people/customer.js';
export type { Choice, Saying } from './people/saying.js';
export type { Happened } from './people/stage.js';
export { Random } from './random.js';
export type { WhatsAppContact } from './whatsapp/contact.js';
export type { SandboxNumber } from './whatsapp/number.js';
export { WHATSAPP_ERRORS } from './whatsapp/whatsapp-errors.js';
export type { WhatsAppErrorName } from './whatsapp/whatsapp-errors.js';
export type { NewBusiness, WhatsAppMessage } from './whatsapp/whatsapp-world.js';
export type { Sandbox, Verification } from './sandbox.js';
export { SandboxClock } from './sandbox-clock.js';
export { JUNIPER_AND_PINE } from './seed.js';
export type { Seed } from './seed.js';
export { startSandbox } from './start-sandbox.js';
export type { SandboxOptions } from './start-sandbox.js';
export type { Attempt, Delivery, DeliveryState, WebhookOptions } from './webhooks/delivery.js';
export { PAGE_FIELDS, WEBHOOK_FIELDS } from './webhooks/event.js';
export { metaJson, signatureHeaders, signedRequest } from './webhooks/meta-json.js';
export type { Account, Attachment, Login, Message, Person } from './world/types.js';
export { completionOf } from './openai/wire.js';
export type { WireReply, WireRequest, WireResponder } from './openai/wire.js';
export { OpenAiStandIn, startOpenAiStandIn } from './openai/openai-stand-in.js';
export type { AskedModel, ModelSays, OpenAiFault, OpenAiStandInOptions, Responder } from './openai/openai-stand-in.js';
export { toolAnswersIn, type WantedTool } from './openai/tool-calls.js';
export {
  CARE_GUIDE,
  DEFAULT_ANSWER,
  HUMAN_ANSWER,
  PICTURE_ANSWER,
  SHOP_ANSWERS,
  shopAnswer,
} from './openai/shop-answers.js';
export { SHOP_KEY, SHOP_ORDERS, ShopServer, startShopServer } from './shop/shop-server.js';
export type { ShopCall, ShopFault, ShopOrder } from './shop/shop-server.js';
export type { Decision } from './oauth/consent.js';
