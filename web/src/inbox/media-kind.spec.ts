import { mediaKind } from './media-kind.js';

describe('how an attachment is shown', () => {
  it.each([
    ['image', undefined, 'image'],
    ['video', undefined, 'video'],
    ['audio', undefined, 'audio'],
    ['story_mention', undefined, 'either'],
    ['story_mention', 'video/mp4', 'video'],
    ['image', 'text/html', 'file'],
    ['image', 'image/svg+xml', 'file'],
    ['something new', undefined, 'file'],
  ] as const)('%s with the bytes of %s: as %s', (type, found, kind) => {
    expect(mediaKind({ type, ...(found ? { content_type: found } : {}) })).toBe(kind);
  });
});
