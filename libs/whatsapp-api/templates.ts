import { isObject, listIn, readText, toId, toMillis, type JsonObject } from '#libs/graph-api';

/** A template of a business account, as the Graph API lists it; what it did not say is absent. */
export interface WhatsAppTemplate {
  id: string;
  name: string;
  language: string;
  /** In Meta's word: `APPROVED`, `PENDING`, `REJECTED`, `PAUSED`, `DISABLED` and others. */
  status: string;
  category?: string;
  /** Why it was rejected, in Meta's word. */
  reason?: string;
  quality?: string;
  components: JsonObject[];
}

/** What has to be filled in to send a template. */
export interface TemplateSlots {
  /** The header's value: words for its variable, or the address of its picture, video or document. */
  header?: 'text' | 'image' | 'video' | 'document';
  /** Variables of the body in the order of their numbers. Empty where they have names. */
  body: string[];
  /** Names of variables, in header and body together. */
  named: string[];
  /** Buttons that need a value: the end of an address, a code. */
  buttons: { index: number; type: 'url' | 'copy_code' }[];
  /** It has a part that can't be filled in here; its name in Meta's word. */
  unsupported?: string;
}

/** The values of {@link TemplateSlots}. */
export interface TemplateValues {
  header?: string;
  body?: readonly string[];
  named?: Readonly<Record<string, string>>;
  /** In the order of the buttons that need one. */
  buttons?: readonly string[];
}

/** What a `message_template_*` webhook tells of a template. */
export interface TemplateChange {
  businessId: string;
  templateId?: string;
  name?: string;
  language?: string;
  status?: string;
  reason?: string;
  quality?: string;
  category?: string;
  /** Its words or buttons are others now. */
  isRewritten?: true;
  /** ms */
  at?: number;
}

const variable = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g;
const mediaHeaders: Readonly<Record<string, TemplateSlots['header']>> = {
  IMAGE: 'image',
  VIDEO: 'video',
  DOCUMENT: 'document',
};
const plainButtons = new Set(['QUICK_REPLY', 'PHONE_NUMBER', 'VOICE_CALL', 'REQUEST_CONTACT_INFO']);

/** @returns `undefined` for what names no template */
export function readTemplate(item: JsonObject): WhatsAppTemplate | undefined {
  const [id, name, language] = [toId(item.id), readText(item.name), readText(item.language)];
  if (id === undefined || name === undefined || language === undefined) return undefined;
  const category = readText(item.category);
  const reason = told(item.rejected_reason);
  const quality = isObject(item.quality_score) ? readText(item.quality_score.score) : undefined;
  return {
    ...{ id, name, language, status: readText(item.status) ?? 'UNKNOWN' },
    ...(category === undefined ? {} : { category }),
    ...(reason === undefined ? {} : { reason }),
    ...(quality === undefined ? {} : { quality }),
    components: listIn(item.components).filter(isObject),
  };
}

/** What a template's components leave open. */
export function templateSlots(components: readonly JsonObject[]): TemplateSlots {
  const slots: TemplateSlots = { body: [], named: [], buttons: [] };
  const note = (text: unknown): string[] => {
    const names = variablesIn(text);
    const named = names.filter((name) => !/^\d+$/.test(name));
    for (const name of named) if (!slots.named.includes(name)) slots.named.push(name);
    return names.filter((name) => /^\d+$/.test(name));
  };
  for (const component of components) {
    switch (typeOf(component)) {
      case 'HEADER': {
        const format = readText(component.format)?.toUpperCase() ?? 'TEXT';
        const media = mediaHeaders[format];
        if (media) slots.header = media;
        else if (format !== 'TEXT') slots.unsupported = `header ${format}`;
        else if (note(component.text).length > 0) slots.header = 'text';
        break;
      }
      case 'BODY':
        slots.body = note(component.text).sort((a, b) => Number(a) - Number(b));
        break;
      case 'FOOTER':
        break;
      case 'BUTTONS':
        for (const [index, button] of listIn(component.buttons).filter(isObject).entries()) {
          const type = typeOf(button);
          if (type === 'OTP' || (type === 'URL' && variablesIn(button.url).length > 0))
            slots.buttons.push({ index, type: 'url' });
          else if (type === 'COPY_CODE') slots.buttons.push({ index, type: 'copy_code' });
          else if (type !== 'URL' && !plainButtons.has(type)) slots.unsupported = `button ${type}`;
        }
        break;
      default:
        slots.unsupported = typeOf(component);
    }
  }
  return slots;
}

/** The `components` of a send, for values that fit the slots. */
export function filledComponents(components: readonly JsonObject[], values: TemplateValues): JsonObject[] {
  const slots = templateSlots(components);
  const { header, body = [], named = {}, buttons = [] } = values;
  const headerNames = variablesIn(textOf(components, 'HEADER')).filter((name) => name in named);
  const bodyNames = variablesIn(textOf(components, 'BODY')).filter((name) => name in named);
  const asNamed = (name: string) => ({ type: 'text', parameter_name: name, text: named[name] });
  const headerParameters =
    slots.header === undefined
      ? headerNames.map(asNamed)
      : [slots.header === 'text' ? { type: 'text', text: header } : { type: slots.header, [slots.header]: { link: header } }]; // prettier-ignore
  const bodyParameters = [...body.map((text) => ({ type: 'text', text })), ...bodyNames.map(asNamed)];
  return [
    ...(headerParameters.length > 0 ? [{ type: 'header', parameters: headerParameters }] : []),
    ...(bodyParameters.length > 0 ? [{ type: 'body', parameters: bodyParameters }] : []),
    ...slots.buttons.map(({ index, type }, n) => ({
      type: 'button',
      sub_type: type,
      index: String(index),
      parameters: [type === 'url' ? { type: 'text', text: buttons[n] } : { type: 'coupon_code', coupon_code: buttons[n] }], // prettier-ignore
    })),
  ];
}

/** A template's header, body and footer as the person reads them. */
export function filledText(components: readonly JsonObject[], values: TemplateValues): string {
  const { header, named = {} } = values;
  const fill = (text: string, numbered: readonly string[]) =>
    text.replace(variable, (open, name: string) => named[name] ?? numbered[Number(name) - 1] ?? open);
  const head = fill(textOf(components, 'HEADER'), header === undefined ? [] : [header]);
  return [head, filledBody(components, values), textOf(components, 'FOOTER')]
    .filter((text) => text !== '')
    .join('\n\n');
}

/** The body alone, whose length WhatsApp limits. */
export function filledBody(components: readonly JsonObject[], { body = [], named = {} }: TemplateValues): string {
  const slots = templateSlots(components);
  return textOf(components, 'BODY').replace(
    variable,
    (open, name: string) => named[name] ?? body[slots.body.indexOf(name)] ?? open,
  );
}

/**
 * Reads a notice of a business account.
 * @param notice `{field, value}` of a change
 * @returns `undefined` when it is about no template
 */
export function readTemplateChange(notice: unknown, businessId: string | undefined): TemplateChange | undefined {
  if (!isObject(notice) || !isObject(notice.value) || businessId === undefined) return undefined;
  const field = readText(notice.field) ?? '';
  if (!/^(message_template_|template_category_)/.test(field)) return undefined;
  const { value } = notice;
  const [templateId, name] = [toId(value.message_template_id), readText(value.message_template_name)];
  const language = readText(value.message_template_language);
  const [event, reason] = [readText(value.event), told(value.reason)];
  const [quality, category] = [readText(value.new_quality_score), readText(value.new_category)];
  const at = toMillis(value.timestamp);
  return {
    businessId,
    ...(templateId === undefined ? {} : { templateId }),
    ...(name === undefined ? {} : { name }),
    ...(language === undefined ? {} : { language }),
    // A sample of Meta's has the field of a status around a change of the quality.
    ...(event === undefined || quality !== undefined ? {} : { status: event }),
    ...(reason === undefined ? {} : { reason }),
    ...(quality === undefined ? {} : { quality }),
    ...(category === undefined ? {} : { category }),
    ...(/components/.test(field) ? { isRewritten: true as const } : {}),
    ...(at === undefined ? {} : { at }),
  };
}

function told(reason: unknown): string | undefined {
  const said = readText(reason);
  return said === undefined || /^none$/i.test(said) ? undefined : said;
}

function typeOf({ type }: JsonObject): string {
  return (readText(type) ?? '?').toUpperCase();
}

function textOf(components: readonly JsonObject[], type: string): string {
  const component = components.find((one) => typeOf(one) === type);
  return readText(component?.text) ?? '';
}

/** Each once, in the order in which they stand. */
function variablesIn(text: unknown): string[] {
  return [...new Set([...(readText(text) ?? '').matchAll(variable)].map(([, name = '']) => name))];
}
