import { isObject } from '#libs/graph-api';
import { channelFixture } from '../../test/fixtures/channel-fixtures.js';
import {
  filledComponents,
  filledText,
  readTemplate,
  readTemplateChange,
  templateSlots,
  whatsAppBodyOf,
  type TemplateValues,
} from './index.js';

const { data } = (
  channelFixture('wa-templates-list').payload as { response: { body: { data: Record<string, unknown>[] } } }
).response.body;
const templates = data.flatMap((item) => readTemplate(item) ?? []);
const named = (name: string) => templates.find((one) => one.name === name)?.components ?? [];

const sends: [fixture: string, template: string, values: TemplateValues][] = [
  ['wa-send-template-plain', 'hello_world', {}],
  ['wa-send-template-positional', 'order_update', { body: ['Robin', '1234'] }],
];

describe('a template', () => {
  it('is read as the fixture lists it', () => {
    expect(templates.map(({ name, status }) => [name, status])).toEqual([
      ['order_update', 'APPROVED'],
      ['promo_card', 'APPROVED'],
      ['old_news', 'PAUSED'],
    ]);
    expect(templates[0]).toMatchObject({ id: '168900000000010', quality: 'GREEN', category: 'UTILITY' });
    expect(readTemplate({ id: '1', name: 'without_a_language' })).toBeUndefined();
  });

  it.each(sends)('goes over the wire as %s has it', (fixture, template, values) => {
    const { body } = channelFixture(fixture).payload as { body: { template: { components?: object[] } } };
    const wire = filledComponents(named(template), values);
    const made = whatsAppBodyOf({ to: '1', template: { name: template, language: 'en_US', components: wire } });
    expect(made).toMatchObject({ type: 'template', template: { language: { code: 'en_US' } } });
    expect(isObject(made.template) ? made.template.components : undefined).toEqual(body.template.components);
  });

  it('says what it leaves open', () => {
    const open = (...components: Record<string, unknown>[]) => templateSlots(components);
    expect(open({ type: 'HEADER', format: 'TEXT', text: 'For {{1}}' }, { type: 'BODY', text: 'x' }).header).toBe(
      'text',
    );
    expect(open({ type: 'body', text: '{{2}} and {{1}}, again {{2}}' }).body).toEqual(['1', '2']);
    expect(open({ type: 'BUTTONS', buttons: [{ type: 'QUICK_REPLY' }, { type: 'OTP' }, { type: 'COPY_CODE' }] }).buttons).toEqual([{ index: 1, type: 'url' }, { index: 2, type: 'copy_code' }]); // prettier-ignore
    expect(open({ type: 'HEADER', format: 'LOCATION' }).unsupported).toBe('header LOCATION');
    expect(open({ type: 'CAROUSEL', cards: [] }).unsupported).toBe('CAROUSEL');
    expect(open({ type: 'BUTTONS', buttons: [{ type: 'FLOW' }] }).unsupported).toBe('button FLOW');
  });

  it('reads as its person reads it, also with names and with numbers out of order', () => {
    const components = [
      { type: 'HEADER', format: 'TEXT', text: 'For {{1}}' },
      { type: 'BODY', text: '{{2}} and {{1}}' },
      { type: 'FOOTER', text: 'Shop' },
    ];
    expect(filledText(components, { header: 'you', body: ['one', 'two'] })).toBe('For you\n\ntwo and one\n\nShop');
    expect(filledText(named('promo_card'), { named: { first_name: 'Robin' } })).toBe('Hi Robin, news for you');
  });
});

describe('a notice about templates', () => {
  const changeIn = (fixture: string) => {
    const { entry } = channelFixture(fixture).payload as { entry: { id: string; changes: unknown[] }[] };
    return readTemplateChange(entry[0]?.changes[0], entry[0]?.id);
  };

  it('tells which one and what became of it', () => {
    expect(changeIn('wa-account-template-approved')).toMatchObject({
      ...{ businessId: '104500000000001', name: 'order_update', language: 'en_US', status: 'APPROVED' },
    });
    expect(changeIn('wa-account-template-approved')).not.toHaveProperty('reason');
    expect(changeIn('wa-account-template-paused')?.status).toBe('PAUSED');
    expect(changeIn('wa-account-template-quality')).toMatchObject({ quality: 'YELLOW' });
    expect(changeIn('wa-account-template-components')).toMatchObject({ isRewritten: true });
    expect(changeIn('wa-account-template-category-changed')).toHaveProperty('category');
  });

  it('is no notice about anything else', () => {
    expect(changeIn('wa-account-alert')).toBeUndefined();
  });
});
