import { searchTermsOf } from './search-terms.js';

it.each([
  ['Zoë Brandão-Łukasz', ['zoe', 'brandao', 'łukasz']],
  ['mara.lindqvist_99', ['mara', 'lindqvist', '99']],
  ['Привет, Мир! 東京', ['привет', 'мир', '東京']],
  ['(a+)+$ .* \\', ['a']],
  ['🎉🎉', []],
  ['same SAME Same', ['same']],
])('%s is searched as %j', (text, terms) => {
  expect(searchTermsOf(text)).toEqual(terms);
});

it('takes the words of several texts, cuts long ones and stops at a number that an index bears', () => {
  expect(searchTermsOf('Mara', undefined, 'x'.repeat(100))).toEqual(['mara', 'x'.repeat(24)]);
  expect(searchTermsOf(Array.from({ length: 100 }, (_, n) => `w${n}`).join(' '))).toHaveLength(24);
});
