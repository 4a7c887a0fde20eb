import { totalBeside } from './total-beside.js';

it.each([
  ['an empty first page, though one came since', 1, { found: 0, limit: 50, continued: false }, 0],
  ['a page that holds all, though some came since', 9, { found: 3, limit: 50, continued: false }, 3],
  ['a page that goes on', 120, { found: 51, limit: 50, continued: false }, 120],
  ['a page that goes on, counted before what it shows came', 40, { found: 51, limit: 50, continued: false }, 51],
  ['the last page behind others', 70, { found: 7, limit: 50, skip: 60, continued: false }, 67],
  ['nothing behind the end', 70, { found: 0, limit: 50, skip: 60, continued: false }, 60],
  ['nothing far behind the end', 7, { found: 0, limit: 50, skip: 60, continued: false }, 7],
  ['a page read on by cursor', 120, { found: 3, limit: 50, continued: true }, 120],
])('a total agrees with its page: %s', (_what, counted, page, total) => {
  expect(totalBeside(counted, page)).toBe(total);
});
