export type { GraphAccess, GraphCallOptions, GraphLogin, GraphToken } from './access.js';
export { appSecretProof } from './app-secret-proofs.js';
export type { GraphCallInfo, GraphClientOptions } from './caller.js';
export { GraphClient, type OtherRequest, type SendOptions } from './client.js';
export type {
  GraphAttachment,
  GraphConversation,
  GraphMessage,
  GraphParticipant,
  PageOptions,
} from './conversations.js';
export { GraphApiError, GraphCallError, isGraphError } from './errors.js';
export type { GraphCallFailureReason, GraphError, GraphRoute } from './errors.js';
export { classifyGraphFailure, GRAPH_FAILURE_RULES, isProofRefusal, isTokenTooYoung } from './failures.js';
export type { GraphFailure, GraphFailureKind, GraphFailureRule } from './failures.js';
export * from './json.js';
export type { SendResult } from './messages.js';
export type { AppCredentials, AuthorizeRequest, GrantedPermissions, TokenGrant, TokenInfo } from './oauth.js';
export { itemsIn, nextCursor, type GraphPage } from './paging.js';
export type { MeResult, PageResult, UserProfile } from './people.js';
export { MESSENGER_LIMITS, SEND_LIMITS } from './send-body.js';
export type {
  MessageOptions,
  QuickReply,
  SendBody,
  SenderAction,
  SendMedia,
  SendMediaType,
  SendTag,
} from './send-body.js';
export * from './signature.js';
export { signRequest, verifySignedRequest, type SignedRequestResult } from './signed-request.js';
export { splitText, textSize, type TextUnit } from './split-text.js';
export type { SubscribeResult, Subscription } from './subscriptions.js';
export { readUsage, type GraphUsage } from './usage.js';
export * from './webhook/index.js';
