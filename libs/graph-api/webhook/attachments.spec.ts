import { absoluteUrl, readAttachments } from './attachments.js';

describe('reading attachments', () => {
  const picture = { type: 'image', payload: { url: 'https://cdn.example.com/1.jpg' } };
  const graphPicture = { id: '9', name: 'a.jpg', image_data: { url: 'https://cdn.example.com/1.jpg', width: 10 } };

  it.each([
    ['an array', [picture]],
    ['a lone object', picture],
    ['the Graph API’s list', { data: [picture] }],
    ['a list counted by its keys', { '0': picture }],
    ['the Graph API’s own form', { data: [graphPicture] }],
    ['a lone one of that form', graphPicture],
    ['a list of payloads', [{ type: 'image', payload: [picture.payload] }]],
    ['a list of payloads as the Graph API has it', [{ type: 'image', payload: { data: [picture.payload] } }]],
    ['a payload that is the address', [{ type: 'image', payload: picture.payload.url }]],
  ])('reads a picture in %s', (_form, value) => {
    expect(readAttachments(value)).toMatchObject([{ type: 'image', url: 'https://cdn.example.com/1.jpg' }]);
    expect(readAttachments(value)[0]).not.toHaveProperty('kind');
  });

  it('reads each payload of an attachment that has several, and none where the list is empty', () => {
    const urls = ['https://cdn.example.com/1.jpg', 'https://cdn.example.com/2.jpg'];
    const several = [{ type: 'image', payload: urls.map((url) => ({ url })) }];

    expect(readAttachments(several).map(({ url }) => url)).toEqual(urls);
    expect(readAttachments({ data: [] })).toEqual([]);
  });

  it.each([
    [{ video_data: { url: 'https://cdn.example.com/v' } }, 'video'],
    [{ mime_type: 'audio/mp4', file_url: 'https://cdn.example.com/v' }, 'audio'],
    [{ mime_type: 'application/pdf', file_url: 'https://cdn.example.com/v' }, 'file'],
  ])('tells from the Graph API’s form %j that it is of type %s', (form, type) => {
    expect(readAttachments({ data: [form] })).toMatchObject([{ type, url: 'https://cdn.example.com/v' }]);
  });

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
