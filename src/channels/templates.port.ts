import type { TemplateChange, TemplateSlots, TemplateValues, WhatsAppTemplate } from '#libs/whatsapp-api';
import type { TextLimit } from './channel-capabilities.js';
import type { CallOptions, ChannelPage } from './facets.port.js';
import type { ChannelAccess } from './outbound.port.js';

/** A message that the channel approved beforehand and that may be sent outside the window. */
export type ChannelTemplate = WhatsAppTemplate;
export type { TemplateChange, TemplateSlots, TemplateValues } from '#libs/whatsapp-api';

/** A template as somebody wrote it, for the channel to approve. */
export interface TemplateDraft {
  name: string;
  language: string;
  category: string;
  /** How variables are called: by numbers, or by names. */
  parameterFormat?: 'POSITIONAL' | 'NAMED';
  /** Header, body, footer and buttons, as the channel has them. */
  components: readonly Record<string, unknown>[];
}

/** What the channel says of a template that it was given. */
export interface CreatedTemplate {
  id: string;
  status: string;
  /** May be another than the one asked for. */
  category?: string;
}

/** What goes over the wire of a template that is filled in. */
export interface FilledTemplate {
  components: readonly Record<string, unknown>[];
  /** As the person reads it. */
  text: string;
  /** The part of it that has a limit. */
  body: string;
}

/** A facet: messages approved beforehand. Absent on a channel that has none. Refused calls reject with a `GraphError`. */
export interface ChannelTemplates {
  /** Of a body that is filled in. */
  readonly bodyLimit: TextLimit;
  list(access: ChannelAccess, after?: string, options?: CallOptions): Promise<ChannelPage<ChannelTemplate>>;
  create(access: ChannelAccess, draft: TemplateDraft, options?: CallOptions): Promise<CreatedTemplate>;
  /** What has to be filled in. */
  slotsOf(template: Pick<ChannelTemplate, 'components'>): TemplateSlots;
  /** @param values that fit the slots */
  fill(template: Pick<ChannelTemplate, 'components'>, values: TemplateValues): FilledTemplate;
  /** What an event tells of a template. @returns `undefined` for any other notice */
  changeOf(notice: { raw: unknown; entryId?: string }): TemplateChange | undefined;
}
