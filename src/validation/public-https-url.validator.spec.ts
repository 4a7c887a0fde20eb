import 'reflect-metadata';
import { plainToInstance } from 'class-transformer';
import { IsPublicHttpsUrl, isPublicHttpsUrl } from './public-https-url.validator.js';

describe('isPublicHttpsUrl', () => {
  it.each(['https://cdn.example.com/menu.png', 'https://xn--caf-dma.example/a.jpg?x=1#y'])('allows %s', (url) => {
    expect(isPublicHttpsUrl(url)).toBe(true);
  });

  it.each([
    'http://cdn.example.com/menu.png',
    'https://127.0.0.1/a',
    'https://2130706433/a',
    'https://0x7f.1/a',
    'https://[::1]/a',
    'https://[::ffff:10.0.0.1]/a',
    'https://localhost/a',
    'https://db.internal/a',
    'https://printer.local./a',
    'https://user:pass@example.com/a',
    'https://example.com:8443/a',
    'https://intranet/a',
    'ftp://example.com/a',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'not a url',
    '',
    `https://example.com/${'a'.repeat(2_000)}`,
  ])('refuses %s', (url) => {
    expect(isPublicHttpsUrl(url)).toBe(false);
  });

  it.each([undefined, null, 7, {}, ['https://example.com']])('refuses what is no text: %p', (value) => {
    expect(isPublicHttpsUrl(value)).toBe(false);
  });
});

class Link {
  @IsPublicHttpsUrl()
  url!: unknown;
}

it.each([
  ['https://cdn.example.com/our menu.png', 'https://cdn.example.com/our%20menu.png'],
  [' https://cdn.example.com/a.png\n', 'https://cdn.example.com/a.png'],
  ['https://bücher.example.com/ä.png', 'https://xn--bcher-kva.example.com/%C3%A4.png'],
  ['HTTPS://CDN.Example.com', 'https://cdn.example.com/'],
  ['https://cdn.example.com/a/../b.png', 'https://cdn.example.com/b.png'],
  ['not a url', 'not a url'],
  [7, 7],
])('%j is checked and used as %j', (given, used) => {
  expect(plainToInstance(Link, { url: given })).toEqual({ url: used });
});
