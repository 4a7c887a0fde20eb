export {
  choiceFormFor,
  type ChannelCapabilities,
  type ChoiceForm,
  type MediaLimit,
  type TextLimit,
} from './channel-capabilities.js';
export {
  channelNames,
  connectFields,
  firstChannel,
  loginNames,
  platformNames,
  platformsWithLogins,
} from './channel-names.js';
export type { Channel, ChannelAdapter, ChannelNames, ChannelWebhook } from './channel.port.js';
export type {
  ChannelConnecting,
  ChannelDialog,
  ChannelIdentity,
  GivenToken,
  InstagramData,
  RedeemedToken,
} from './connecting.port.js';
export type {
  ChannelHistory,
  ChannelMedia,
  ChannelMessage,
  ChannelPage,
  ChannelProfile,
  ChannelSubscription,
  ChannelThread,
  MediaLink,
} from './facets.port.js';
export { channels, ChannelsModule, type ChannelRegistration } from './channels.module.js';
export { ChannelsService } from './channels.service.js';
export { BeyondLimitError, NotOnChannelError } from './limit.errors.js';
export { GraphCallsService } from './graph/graph-calls.service.js';
export type {
  CallError,
  CallResult,
  ChannelOutbound,
  ChannelAccess,
  Listing,
  OutboundMessage,
  PresenceTarget,
  Refusal,
  ShownMessage,
} from './outbound.port.js';
export type {
  ChannelTemplate,
  ChannelTemplates,
  FilledTemplate,
  TemplateChange,
  TemplateDraft,
  TemplateSlots,
  TemplateValues,
} from './templates.port.js';
