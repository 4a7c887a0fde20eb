import { pageOf } from './page-of.js';

const page = (found: string[], limit: number) => pageOf(found, limit, (last) => `behind ${last}`);

describe('pageOf', () => {
  it('leads on from the last one shown where more was found', () => {
    expect(page(['a', 'b', 'c'], 2)).toEqual({ data: ['a', 'b'], next_cursor: 'behind b' });
  });

  it.each([
    ['is full', ['a', 'b']],
    ['has room', ['a']],
    ['is empty', []],
  ])('ends with a page that %s', (_how, found) => {
    expect(page(found, 2)).toEqual({ data: found, next_cursor: null });
  });
});
