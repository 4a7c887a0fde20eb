import { GraphCallError, isObject, itemsIn, nextCursor, readText, toId, type GraphClient } from '#libs/graph-api';
import {
  filledBody,
  filledComponents,
  filledText,
  readTemplate,
  readTemplateChange,
  templateSlots,
  WHATSAPP_LIMITS,
  type TemplateChange,
  type TemplateSlots,
  type TemplateValues,
} from '#libs/whatsapp-api';
import type { TextLimit } from '../channel-capabilities.js';
import type { CallOptions, ChannelPage } from '../facets.port.js';
import type { ChannelAccess } from '../outbound.port.js';
import type {
  ChannelTemplate,
  ChannelTemplates,
  CreatedTemplate,
  FilledTemplate,
  TemplateDraft,
} from '../templates.port.js';

const fields = 'id,name,status,category,language,components,parameter_format,quality_score,rejected_reason';

/** `/{waba}/message_templates`: one entry for each name and language. */
export class WhatsAppTemplates implements ChannelTemplates {
  readonly bodyLimit: TextLimit = { max: WHATSAPP_LIMITS.templateBody, unit: 'characters' };

  constructor(private readonly graph: GraphClient) {}

  async list(access: ChannelAccess, after?: string, options?: CallOptions): Promise<ChannelPage<ChannelTemplate>> {
    const answer = await this.call(access, { method: 'GET', query: { fields, limit: '100', after } }, options);
    const body = isObject(answer) ? answer : {};
    const next = nextCursor(body);
    const items = itemsIn(body).flatMap((item) => readTemplate(item) ?? []);
    return { items, ...(next === undefined ? {} : { after: next }) };
  }

  async create(access: ChannelAccess, draft: TemplateDraft, options?: CallOptions): Promise<CreatedTemplate> {
    const { name, language, category, parameterFormat, components } = draft;
    const format = parameterFormat === undefined ? {} : { parameter_format: parameterFormat };
    const json = { name, language, category, ...format, components };
    const answer = await this.call(access, { method: 'POST', json }, options);
    const said = isObject(answer) ? answer : {};
    const id = toId(said.id);
    if (id === undefined) throw unreadable();
    const given = readText(said.category);
    return { id, status: readText(said.status) ?? 'PENDING', ...(given === undefined ? {} : { category: given }) };
  }

  slotsOf({ components }: Pick<ChannelTemplate, 'components'>): TemplateSlots {
    return templateSlots(components);
  }

  fill({ components }: Pick<ChannelTemplate, 'components'>, values: TemplateValues): FilledTemplate {
    return {
      components: filledComponents(components, values),
      text: filledText(components, values),
      body: filledBody(components, values),
    };
  }

  changeOf({ raw, entryId }: { raw: unknown; entryId?: string }): TemplateChange | undefined {
    return readTemplateChange(raw, entryId);
  }

  private call(
    { accessToken, externalId: accountId, channelData }: ChannelAccess,
    asked: { method: 'GET' | 'POST'; query?: Record<string, string | undefined>; json?: object },
    options?: CallOptions,
  ): Promise<unknown> {
    const path = [toId(channelData?.['waba_id']) ?? '', 'message_templates'];
    return this.graph.request({ login: 'facebook', accessToken }, 'whatsapp_templates', { ...asked, path, accountId }, options); // prettier-ignore
  }
}

function unreadable(): GraphCallError {
  const route = { host: 'facebook', route: 'whatsapp_templates', method: 'POST' } as const;
  const message = 'The answer names no template. It may have been created.';
  return new GraphCallError(message, { ...route, reason: 'unreadable', delivered: 'unknown', httpStatus: 200 });
}
