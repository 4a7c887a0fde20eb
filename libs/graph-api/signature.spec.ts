import fc from 'fast-check';
import { signBody, verifySignature } from './signature.js';

const secrets = ['the current secret', 'the other app', 'the previous one'];

describe('verifySignature', () => {
  it('tells which secret signed', () => {
    for (const [secretIndex, secret] of secrets.entries()) {
      expect(verifySignature(Buffer.from('body'), signBody('body', secret), secrets)).toEqual({
        ok: true,
        secretIndex,
      });
    }
  });

  it('takes hex in either case, as the same digest', () => {
    const header = signBody('body', secrets[0] ?? '');

    expect(verifySignature(Buffer.from('body'), `sha256=${header.slice(7).toUpperCase()}`, secrets).ok).toBe(true);
  });

  it('says for the log what is wrong with it', () => {
    const refuse = (header: string | string[] | undefined, of = secrets) =>
      verifySignature(Buffer.from('body'), header, of);
    const good = signBody('body', secrets[0] ?? '');

    expect(refuse(undefined)).toEqual({ ok: false, reason: 'the header is missing' });
    expect(refuse(good.slice(0, -1))).toMatchObject({ reason: 'the header is not sha256= and 64 hex digits' });
    expect(refuse([good, good])).toMatchObject({ ok: false });
    expect(refuse(signBody('body', 'a stranger'))).toMatchObject({
      reason: 'no configured app secret signed these bytes',
    });
    expect(refuse(good, [])).toEqual({ ok: false, reason: 'no secret is configured' });
    expect(refuse(signBody('body', ''), ['', 'x'])).toMatchObject({ ok: false });
  });

  it('accepts nothing else and never throws, whatever comes', () => {
    const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    const header = fc.oneof(
      fc.string(),
      fc.stringMatching(/^sha256=[0-9a-fA-F]{60,68}$/),
      fc.constant(signBody('body', 'x')),
    );
    fc.assert(
      fc.property(body, header, (raw, given) => !verifySignature(raw, given, secrets).ok),
      { numRuns: 10_000 },
    );
  });

  it('holds against one flipped bit anywhere in the body or the signature', () => {
    const raw = Buffer.from('{"object":"instagram","entry":[{"id":"1","text":"h\\u00e9llo \\/"}]}');
    const header = signBody(raw, secrets[1] ?? '');
    for (let bit = 0; bit < raw.length * 8; bit++) {
      const flipped = Buffer.from(raw);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifySignature(flipped, header, secrets).ok).toBe(false);
    }
    const digest = Buffer.from(header.slice(7), 'hex');
    for (let bit = 0; bit < digest.length * 8; bit++) {
      const flipped = Buffer.from(digest);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(verifySignature(raw, `sha256=${flipped.toString('hex')}`, secrets).ok).toBe(false);
    }
  });
});
