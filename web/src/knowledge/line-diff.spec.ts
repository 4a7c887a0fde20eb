import { lineDiff } from './line-diff.js';

const shown = (before: string, after: string): string =>
  lineDiff(before, after)
    .map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)
    .join('\n');

describe('what changed in a text', () => {
  it('marks a changed line as gone and new, and leaves the others', () => {
    expect(shown('Bread\nRye 5.20\nBuns', 'Bread\nRye 5.60\nBuns')).toBe(' Bread\n-Rye 5.20\n+Rye 5.60\n Buns');
  });

  it('finds lines again that others came between', () => {
    expect(shown('a\nb\nc\nd', 'a\nx\nc\ny\nd\ne')).toBe(' a\n-b\n+x\n c\n+y\n d\n+e');
  });

  it('says nothing of a text that is the same', () => {
    expect(lineDiff('a\nb', 'a\nb').every(({ kind }) => kind === 'same')).toBe(true);
  });

  it('takes a page that is another altogether as gone and new, without comparing each pair', () => {
    const lines = (word: string) => Array.from({ length: 3_000 }, (_, index) => `${word} ${index}`).join('\n');
    expect(lineDiff(lines('old'), lines('new')).filter(({ kind }) => kind === 'added')).toHaveLength(3_000);
  });
});
