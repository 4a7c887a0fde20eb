import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagesIn, pinImages } from './pin-images.js';

const read = (name: string) => readFileSync(join(__dirname, '../..', name), 'utf8');
const digest = `sha256:${'0a'.repeat(32)}`;

describe('images', () => {
  it('finds each that the Dockerfile and the compose file take from elsewhere', () => {
    expect(imagesIn(read('Dockerfile'))).toEqual([expect.stringMatching(/^node:24/)]);
    expect(imagesIn(read('docker-compose.yml'))).toEqual([
      expect.stringMatching(/^mongo:/),
      expect.stringMatching(/^redis:/),
    ]);
  });

  it('pins by digest, and pins anew what was pinned', () => {
    const text = 'FROM node:24-slim AS base\nFROM base AS build\n    image: redis:7\n';
    const once = pinImages(text, new Map([['node:24-slim', digest]]));

    expect(once).toBe(`FROM node:24-slim@${digest} AS base\nFROM base AS build\n    image: redis:7\n`);
    const newer = digest.replace(/0a/g, 'b1');
    expect(pinImages(once, new Map([['node:24-slim', newer]]))).toBe(once.replace(digest, newer));
  });
});
