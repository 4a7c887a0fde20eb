import { absoluteUrl, readAttachments } from './attachments.js';

describe('reading attachments', () => {
  it('keeps two different shares apart and drops the one that came as a post too', () => {
    const share = (id: string) => ({
      type: 'share',
      payload: { ig_post_media_id: id, url: `https://cdn.example.com/${id}` },
    });
    const post = { type: 'ig_post', payload: { ig_post_media_id: '1', url: 'https://cdn.example.com/other' } };

    expect(readAttachments([share('1'), post, share('2')])).toMatchObject([
      { type: 'ig_post', mediaId: '1' },
      { type: 'share', mediaId: '2' },
    ]);
  });

  it('keeps two pictures of the same message even when one repeats', () => {
    const picture = { type: 'image', payload: { url: 'https://cdn.example.com/1.jpg' } };

    expect(readAttachments([picture, picture])).toHaveLength(2);
  });

  it('keeps what is no attachment at all as unsupported, in its raw form', () => {
    expect(readAttachments(['x', null, {}])).toEqual([
      { type: 'unknown', kind: 'unsupported', raw: 'x' },
      { type: 'unknown', kind: 'unsupported', raw: null },
      { type: 'unknown', kind: 'unsupported', raw: {} },
    ]);
    expect(readAttachments(undefined)).toEqual([]);
  });

  it('reads title and link beside the payload, as link previews carry them', () => {
    const preview = { type: 'fallback', title: 'A page', url: 'https://example.com/a', payload: null };

    expect(readAttachments([preview])).toMatchObject([
      { type: 'fallback', title: 'A page', url: 'https://example.com/a' },
    ]);
    expect(readAttachments([{ type: 'fallback' }])).toEqual([{ type: 'fallback', raw: { type: 'fallback' } }]);
  });

  it.each([
    ['/p/abc/', 'https://www.instagram.com/p/abc/'],
    ['p/abc', 'https://www.instagram.com/p/abc'],
    ['//cdn.example.com/x', 'https://cdn.example.com/x'],
    [' https://cdn.example.com/x?a=%2F ', 'https://cdn.example.com/x?a=%2F'],
    ['javascript:alert(1)', undefined],
    ['data:text/html,x', undefined],
    ['https://', undefined],
    ['', undefined],
    [7, undefined],
  ])('makes of the link %j %j', (link, expected) => expect(absoluteUrl(link)).toBe(expected));
});
