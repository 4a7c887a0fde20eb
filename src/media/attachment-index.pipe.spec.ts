import { AttachmentIndexPipe } from './attachment-index.pipe.js';

describe('position of an attachment in a path', () => {
  const pipe = new AttachmentIndexPipe();

  it.each([
    ['0', 0],
    ['9', 9],
    ['9999', 9999],
  ])('%s is %d', (value, index) => {
    expect(pipe.transform(value)).toBe(index);
  });

  it.each(['', '-1', '1.5', '1e3', 'first', '10000', '63945236225947437300142691678420992'])(
    '“%s” is refused with the field and what was expected',
    (value) => {
      expect(() => pipe.transform(value)).toThrow('index: expected a whole number from 0 to 9999');
    },
  );
});
