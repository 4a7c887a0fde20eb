import { peopleHours } from './load-shop.js';
import { mutantsOf } from './mutants.js';
import { sumsIn } from './reckoned.js';

it.each([
  ['They come to 10,20 €.', '2 rolls and 4 loaves', '3,20 Euro, 0,95 Euro', ['10,20'], 6],
  ['Two nights are 278 euros.', '139', '62, 89, 139', ['278'], 2],
  ['A loaf is 5,20 €.', '5,20', '5,20 Euro', [], 0],
  ['It is 7 €.', '', '5 Euro', [], 0],
])('says how a good answer was reckoned: %s', (text, given, prices, written, terms) => {
  const sums = sumsIn(text, given, prices);
  expect(sums.map((one) => one.written)).toEqual(written);
  expect(sums.flatMap(({ calculation }) => calculation.operands)).toHaveLength(terms);
});

it('makes no mutant whose figure stands in what was given', () => {
  const good = { outcome: 'answer', text: 'We close at 14:00.' } as const;
  const digits = mutantsOf(good, 'en', 'closed at 17:00, at 19:00, at 11:00').filter(
    ({ mutation }) => mutation === 'digit',
  );
  expect(digits).toHaveLength(1);
  expect(digits[0]?.text).not.toMatch(/1[1479]:00/);
});

it('reads when people are there, over the end of a week too', () => {
  const hours = peopleHours('Fri-Mon 08:00-16:00, Wed 09:00-12:00');
  expect(hours?.weekly.map(({ day }) => day)).toEqual(['friday', 'saturday', 'sunday', 'monday', 'wednesday']);
  expect(hours?.weekly.at(-1)).toEqual({ day: 'wednesday', open: '09:00', close: '12:00' });
  expect(peopleHours('always')).toBeUndefined();
});
