import fc from 'fast-check';
import { GraphJsonError, parseJsonCut, parseJsonLossless, toId, toMillis } from './json.js';

/** JSON in which `JSON.parse` itself loses nothing and lets nothing in. */
const isPlain = (json: string) => !/\d{16}|proto/.test(json);

describe('parsing without losing a digit', () => {
  it('keeps an id above 2^53 as the string of its digits, and a safe number as a number', () => {
    expect(
      parseJsonLossless('{"id":17841400008460057,"safe":9007199254740991,"n":-12345678901234567890,"f":1.5}'),
    ).toEqual({
      id: '17841400008460057',
      safe: 9007199254740991,
      n: '-12345678901234567890',
      f: 1.5,
    });
  });

  it('reads what JSON.parse reads, digits in strings untouched', () => {
    fc.assert(
      fc.property(fc.json().filter(isPlain), fc.bigInt({ min: 10n ** 16n, max: 10n ** 25n }), (json, long) => {
        expect(parseJsonLossless(json)).toEqual(JSON.parse(json));
        const both = parseJsonLossless(Buffer.from(`{"long":${long},"rest":${json},"text":"[${long}"}`));
        expect(both).toEqual({ long: String(long), rest: JSON.parse(json), text: `[${long}` });
      }),
    );
  });

  it('skips one byte order mark at the beginning, and only there', () => {
    const body = Buffer.concat([
      Buffer.from([0xef, 0xbb, 0xbf]),
      Buffer.from('{"id":17841400008460057,"text":"\uFEFF"}'),
    ]);
    expect(parseJsonLossless(body)).toEqual({ id: '17841400008460057', text: '\uFEFF' });
    expect(parseJsonCut(`\uFEFF{"a":${'['.repeat(9)}${']'.repeat(9)}}`, 4)).toEqual({
      body: { a: [[[null]]] },
      isCut: true,
    });
    expect(() => parseJsonLossless('\uFEFF\uFEFF{}')).toThrow(GraphJsonError);
  });

  it('keeps the last of a repeated key, with long numbers and without', () => {
    expect(parseJsonLossless('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(parseJsonLossless('{"a":1,"a":2,"b":12345678901234567}')).toEqual({ a: 2, b: '12345678901234567' });
  });

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"\\u005f_pr\\u006Fto__":{"admin":true},"id":12345678901234567}',
    '[{"__proto__":{"admin":true}}]',
  ])('lets no prototype in: %s', (text) => {
    const parsed = JSON.stringify(parseJsonLossless(text));

    expect(parsed).not.toContain('admin');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each(['', '{', '{"a":}', 'nope', '{"id":12345678901234567', '"a'])('refuses %j as invalid', (text) => {
    expect(() => parseJsonLossless(text)).toThrow(
      expect.objectContaining({ name: 'GraphJsonError', reason: 'invalid' }),
    );
  });

  it('refuses a body that nests too deep, however deep, and counts no bracket inside a string', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

    expect(parseJsonLossless(nested(64))).toBeDefined();
    expect(() => parseJsonLossless(nested(65))).toThrow(GraphJsonError);
    expect(() => parseJsonLossless(`[12345678901234567,${nested(200_000)}]`)).toThrow(
      expect.objectContaining({ reason: 'too_deep' }),
    );
    expect(parseJsonLossless(JSON.stringify({ text: `"\\${'['.repeat(100)}` }), { maxDepth: 1 })).toBeDefined();
  });

  it('can cut what nests too deep out, and leaves all that stands around it', () => {
    const deep = `${'{"a":['.repeat(50)}"]}"${']}'.repeat(50)}`;
    const text = `{"id":12345678901234567,"x":${deep},"list":[1,[[2]]],"after":"}"}`;

    expect(parseJsonCut(text, 3)).toEqual({
      body: { id: '12345678901234567', x: { a: [null] }, list: [1, [null]], after: '}' },
      isCut: true,
    });
    expect(parseJsonCut('{"a":[1]}', 2)).toEqual({ body: { a: [1] }, isCut: false });
    expect(() => parseJsonCut('['.repeat(200_000))).toThrow(expect.objectContaining({ reason: 'invalid' }));
    expect(() => parseJsonCut('[[[1')).toThrow(expect.objectContaining({ reason: 'invalid' }));
  });

  it('can refuse a key that names a prototype, however it is written, and not a text that speaks of one', () => {
    for (const key of ['__proto__', '__prot\\u006f__'])
      expect(() => parseJsonLossless(`{"a":{"${key}":1}}`, { refuseProto: true })).toThrow(
        expect.objectContaining({ reason: 'proto_key' }),
      );
    const text = JSON.stringify({ text: '"__proto__": {}' });
    expect(parseJsonLossless(text, { refuseProto: true })).toEqual({ text: '"__proto__": {}' });
  });

  it('says nothing of the body in its error', () => {
    expect(() => parseJsonLossless('{"text":"my secret" oops}')).toThrow(/^(?!.*secret)(?!.*oops)/s);
  });
});

describe('ids', () => {
  it.each([
    ['17841400008460057', '17841400008460057'],
    [' 1 ', '1'],
    [0, '0'],
    [12345n, '12345'],
    [9007199254740991, '9007199254740991'],
    ['', undefined],
    [1.5, undefined],
    [Number.NaN, undefined],
    [null, undefined],
    [{}, undefined],
  ])('reads %p as %p', (value, expected) => expect(toId(value)).toBe(expected));
});

describe('times', () => {
  it.each([
    ['milliseconds', 1569262485349, 1569262485349],
    ['seconds', 1520622968, 1520622968000],
    ['microseconds', 1569262485349000, 1569262485349],
    ['a numeric string', '1569262485349', 1569262485349],
    ['seconds as a string', '1527459824', 1527459824000],
    ['fractions of a second', '1527459824.5', 1527459824500],
    ['ISO without a colon in its zone', '2021-09-08T06:34:04+0000', 1631082844000],
    ['ISO', '2021-09-08T06:34:04.000Z', 1631082844000],
    ['a Date', new Date(1631082844000), 1631082844000],
    ['zero', 0, undefined],
    ['a negative number', -5, undefined],
    ['a word', 'soon 1', undefined],
    ['a bad date', '2021-99-99', undefined],
    ['nothing', undefined, undefined],
  ])('reads %s', (_, value, expected) => expect(toMillis(value)).toBe(expected));
});
