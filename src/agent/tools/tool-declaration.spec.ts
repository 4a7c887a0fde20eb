import { inventedArguments, isWrittenBy } from './customer-words.js';
import { matchesWhole, plainPattern } from './plain-pattern.js';
import { maxAnswerBytes, pickedAnswer } from './tool-answer.js';
import { readArguments, readParameters, schemaOf, strictSchemaOf } from './tool-parameters.js';
import { fillTemplate, templateProblems, unplacedArguments, withQuery } from './url-template.js';

const orders = {
  type: 'object',
  additionalProperties: false,
  required: ['order_number'],
  properties: {
    order_number: { type: 'string', pattern: '^JP-\\d{4,6}$', from_customer: true },
    postcode: { type: ['string', 'null'], format: 'postcode', from_customer: true },
    count: { type: 'integer', minimum: 1, maximum: 9 },
    day: { type: 'string', format: 'date' },
    express: { type: 'boolean' },
  },
};
const { parameters } = readParameters(orders);

describe('the parameters of a tool', () => {
  it('are read and given back as they were written', () => {
    expect(readParameters(orders).problems).toEqual([]);
    expect(readParameters(schemaOf(parameters)).parameters).toEqual(parameters);
    expect(readParameters({})).toEqual({ parameters: [], problems: [] });
  });

  it('make a strict schema: all required, null where one may be left out, no limits', () => {
    const { properties, ...schema } = strictSchemaOf(parameters) as { properties: Record<string, unknown> };
    expect(schema).toEqual({ type: 'object', additionalProperties: false, required: Object.keys(orders.properties) });
    expect(properties['count']).toEqual({ type: ['integer', 'null'], description: expect.stringContaining('From 1') });
    expect(JSON.stringify(properties)).not.toMatch(/minimum|"pattern"|"format"/);
  });

  it.each([
    [{ type: 'array' }, 'parameters.type'],
    [{ properties: { a: { type: 'object' } } }, 'parameters.properties.a.type'],
    [{ properties: { a: { type: 'string', $ref: '#' } } }, 'parameters.properties.a.$ref'],
    [{ properties: { a: { type: 'string', pattern: '(a+)+$' } } }, 'parameters.properties.a.pattern'],
    [{ properties: { a: { type: 'string', format: 'regex' } } }, 'parameters.properties.a.format'],
    [{ properties: { a: { type: 'integer', enum: ['1'] } } }, 'parameters.properties.a.enum'],
    [{ properties: { a: { type: 'boolean', from_customer: true } } }, 'parameters.properties.a.from_customer'],
    [{ properties: { 'a.b': { type: 'string' } } }, 'parameters.properties.a.b'],
    [{ required: ['b'] }, 'parameters.required'],
    [{ additionalProperties: true }, 'parameters.additionalProperties'],
    [{ oneOf: [] }, 'parameters.oneOf'],
    ['text', 'parameters'],
  ])('refuse %j and name %s', (schema, field) => {
    expect(readParameters(schema).problems.map((problem) => problem.field)).toContain(field);
  });

  it('check what they are called with', () => {
    expect(readArguments(parameters, { order_number: ' JP-1042 ', count: 2 })).toEqual({
      args: { order_number: 'JP-1042', postcode: null, count: 2, day: null, express: null },
      problems: [],
    });
    const wrong = { order_number: '1042', count: 1.5, day: '2026-02-30', express: 'yes', more: 1 };
    const { problems } = readArguments(parameters, wrong);
    expect(problems.map(({ field }) => field).sort()).toEqual(
      ['count', 'day', 'express', 'more', 'order_number'].map((name) => `arguments.${name}`),
    );
    expect(readArguments(parameters, { order_number: 'JP-1042\n' }).problems).toEqual([]);
    expect(readArguments(parameters, 'JP-1042').problems).toHaveLength(1);
  });
});

describe('a plain pattern', () => {
  it.each([
    ['^[A-Z]{2}\\d+$', 'AB1', 'AB'],
    ['\\w*-?x', 'abc-x', 'abc--x'],
    ['[^0-9]{1,2}', 'é', '1'],
    ['a\\.b', 'a.b', 'acb'],
    ['\\d*\\d{2}', '12', '1'],
  ])('%s takes %s and not %s', (source, taken, refused) => {
    const pattern = plainPattern(source);
    expect(pattern && [matchesWhole(pattern, taken), matchesWhole(pattern, refused)]).toEqual([true, false]);
  });

  it.each(['(a|b)', 'a|b', 'a++', '[z-a]', '\\b', 'a{3,1}', '', '.*', '[', 'a{999'])('is not %s', (source) => {
    expect(plainPattern(source)).toBeUndefined();
  });

  it('takes no longer for one that would keep an engine busy', () => {
    const pattern = plainPattern(`${'a*'.repeat(40)}b`);
    const began = performance.now();
    expect(pattern && matchesWhole(pattern, 'a'.repeat(500))).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

describe('the address of a tool', () => {
  const url = 'https://shop.example/orders/{order_number}/lines?zip={postcode}&v=1';

  it('holds its arguments percent-encoded, where they belong', () => {
    expect(templateProblems(url, parameters)).toEqual([]);
    const filled = fillTemplate(url, { order_number: 'JP 1?&#ä', postcode: 'a&b=c', count: 2 });
    expect(filled).toBe('https://shop.example/orders/JP%201%3F%26%23%C3%A4/lines?zip=a%26b%3Dc&v=1');
    expect(fillTemplate(url, { order_number: '1', postcode: null })).toBe('https://shop.example/orders/1/lines?v=1');
    expect(unplacedArguments(url, { order_number: '1', count: 2 })).toEqual({ count: 2 });
    expect(withQuery('https://a.example/?b=1', { c: 'ü', d: null })).toBe('https://a.example/?b=1&c=%C3%BC');
  });

  it.each(['..', '.', '../admin', 'a/b', 'a\\b', ''])('is not left by %j', (value) => {
    expect(() => fillTemplate(url, { order_number: value })).toThrow(TypeError);
  });

  it.each([
    'https://{order_number}.example/',
    'https://shop.example{order_number}/',
    'https://shop.example/?{order_number}=1',
    'https://shop.example/{unknown}',
    'https://shop.example/{postcode}',
    'https://user:pass@shop.example/',
    'https://shop.example/#{order_number}',
    'https://shop.example/../{order_number}',
    'https://shop.example/{order_number',
    'shop.example/a',
  ])('is not %s', (template) => {
    expect(templateProblems(template, parameters)).toHaveLength(1);
  });
});

describe('what the customer wrote', () => {
  const texts = ['Hi! Where is my order jp 1042-b?', 'Sent to ١٢٣٤٥, anna@shop.example', '订单号98765谢谢'];

  it.each(['JP-1042-B', '1042', '12345', 'Anna@Shop.example', '98765', 'Order JP 1042'])('has %s in it', (value) => {
    expect(isWrittenBy(value, texts)).toBe(true);
  });

  it.each(['104', '10421', '42', 'JP-1043', '123456', '', '-', 'ord'])('has no %j in it', (value) => {
    expect(isWrittenBy(value, texts)).toBe(false);
  });

  it('has to hold what is marked, and only that', () => {
    const args = { order_number: 'JP-1042', postcode: '99999', count: 7 };
    expect(inventedArguments(parameters, args, texts)).toEqual(['postcode']);
    expect(inventedArguments(parameters, { ...args, postcode: null }, texts)).toEqual([]);
  });
});

describe('the answer of a tool', () => {
  it('is narrowed to what was picked, and cleaned', () => {
    const body = JSON.stringify({ state: 'sent\u200b\u202e', owner: { 'a/b': [1, 2] }, secret: 'x' });
    expect(pickedAnswer(body, ['/state', '/owner/a~1b/1', '/none'])).toEqual({
      '/state': 'sent',
      '/owner/a~1b/1': 2,
      '/none': null,
    });
    expect(pickedAnswer('no JSON', ['/state'])).toEqual({ '/state': null });
    expect(pickedAnswer('{"__proto__":{"a":1}}', ['/__proto__/a', '/toString'])).toMatchObject({ '/toString': null });
  });

  it('is cut where it is long', () => {
    const answer = pickedAnswer(JSON.stringify({ text: 'ä€'.repeat(5_000) }), []);
    expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(maxAnswerBytes * 1.1);
    expect(answer).toEqual({ cut: expect.stringMatching(/^\{"text":"ä€.*…$/s) as string });
  });
});
