import { createHash, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { InvalidKeyError, KeyRing, TamperedCiphertextError, TokenCipher, UnknownKeyError } from '#libs/token-cipher';

const oldKey = randomBytes(32);
const newKey = randomBytes(32);
const token = 'IGAAexample0123456789';
const context = 'accounts/6741f0c1/access_token';

const cipherOf = (active: Buffer, ...previous: Buffer[]): TokenCipher =>
  new TokenCipher(
    KeyRing.fromSettings({
      active: active.toString('base64'),
      previous: previous.map((key) => key.toString('base64')),
    }),
  );

const kidOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8);

const thrownBy = (action: () => unknown): Error => {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
};

describe('TokenCipher', () => {
  const cipher = cipherOf(oldKey);
  const envelope = cipher.encrypt(token, context);

  it('opens what it encrypted, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (plain, where) => {
        expect(cipher.decrypt(cipher.encrypt(plain, where), where)).toBe(plain);
      }),
    );
  });

  it('names the key in the envelope and shows nothing of the secret', () => {
    expect(envelope).toMatch(new RegExp(`^v1\\.${kidOf(oldKey)}\\.[\\w-]{16}\\.[\\w-]{22}\\.[\\w-]+$`));
    expect(envelope).not.toContain('IGAA');
  });

  it('never makes the same envelope twice', () => {
    const many = Array.from({ length: 1_000 }, () => cipher.encrypt(token, context).split('.')[2]);

    expect(new Set(many).size).toBe(1_000);
  });

  it('refuses an envelope that was moved to another row', () => {
    const other = cipher.encrypt('another token', 'accounts/7777/access_token');

    expect(() => cipher.decrypt(other, context)).toThrow(TamperedCiphertextError);
    expect(() => cipher.decrypt(envelope, 'accounts/7777/access_token')).toThrow(TamperedCiphertextError);
  });

  it('refuses an envelope that was moved to another field of the same row', () => {
    expect(() => cipher.decrypt(envelope, 'accounts/6741f0c1/refresh_token')).toThrow(TamperedCiphertextError);
  });

  it.each([0, 4, 8, 12, 15])('refuses a tag cut down to %i bytes', (length) => {
    const parts = envelope.split('.');
    parts[3] = Buffer.from(parts[3]!, 'base64url').subarray(0, length).toString('base64url');

    expect(() => cipher.decrypt(parts.join('.'), context)).toThrow(TamperedCiphertextError);
  });

  it('refuses an envelope with any one character changed', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= ';
    for (let at = 0; at < envelope.length; at += 1) {
      for (const character of alphabet) {
        if (character === envelope[at]) continue;
        const changed = envelope.slice(0, at) + character + envelope.slice(at + 1);
        const error = thrownBy(() => cipher.decrypt(changed, context));
        expect(error instanceof TamperedCiphertextError || error instanceof UnknownKeyError).toBe(true);
      }
    }
  });

  it('refuses cut, extended and arbitrary text without ever giving it back', () => {
    const mutated = fc.oneof(
      fc.string(),
      fc.nat(envelope.length - 1).map((end) => envelope.slice(0, end)),
      fc.string({ minLength: 1 }).map((tail) => envelope + tail),
      fc.constantFrom(token, '', 'v1', 'v1....', `v2${envelope.slice(2)}`, `${envelope}.`, `${envelope}\n`),
    );
    fc.assert(
      fc.property(mutated, (text) => {
        expect(thrownBy(() => cipher.decrypt(text, context))).toBeInstanceOf(TamperedCiphertextError);
      }),
      { numRuns: 1_000 },
    );
  });

  it('says which key is missing when it opens an envelope of a key it does not have', () => {
    const error = thrownBy(() => cipherOf(newKey).decrypt(envelope, context));

    expect(error).toBeInstanceOf(UnknownKeyError);
    expect((error as UnknownKeyError).kid).toBe(kidOf(oldKey));
    expect(error.message).toContain(kidOf(oldKey));
    expect(error.message).toContain(kidOf(newKey));
  });

  it('does not open an envelope whose key id was exchanged for another known one', () => {
    const both = cipherOf(newKey, oldKey);
    const relabelled = envelope.replace(kidOf(oldKey), kidOf(newKey));

    expect(() => both.decrypt(relabelled, context)).toThrow(TamperedCiphertextError);
  });

  it('keeps secrets, keys and stored values out of errors and printed objects', () => {
    const both = cipherOf(newKey, oldKey);
    const printed = [
      thrownBy(() => both.decrypt(envelope, 'accounts/other/access_token')),
      thrownBy(() => both.decrypt(token, context)),
      thrownBy(() => cipherOf(newKey).decrypt(envelope, context)),
      both,
    ].map((thing) => inspect(thing, { depth: 10, showHidden: true }) + JSON.stringify(thing));

    for (const text of printed) {
      for (const secret of [
        token,
        envelope,
        ...[oldKey, newKey].flatMap((key) => [key.toString('base64'), key.toString('hex')]),
      ]) {
        expect(text).not.toContain(secret);
      }
    }
  });

  describe('while keys rotate', () => {
    const rotating = cipherOf(newKey, oldKey);

    it('opens what the previous key encrypted, and asks for its rotation', () => {
      expect(rotating.decrypt(envelope, context)).toBe(token);
      expect(rotating.needsRotation(envelope)).toBe(true);
    });

    it('encrypts again under the active key, after which the previous one is not needed', () => {
      const rotated = rotating.reencrypt(envelope, context);

      expect(rotating.needsRotation(rotated)).toBe(false);
      expect(cipherOf(newKey).decrypt(rotated, context)).toBe(token);
    });

    it('does not encrypt again what does not open', () => {
      expect(() => rotating.reencrypt(envelope, 'accounts/other/access_token')).toThrow(TamperedCiphertextError);
    });

    it('asks for rotation of an envelope whose key is gone, and refuses what is no envelope', () => {
      expect(cipherOf(newKey).needsRotation(envelope)).toBe(true);
      expect(() => rotating.needsRotation(token)).toThrow(TamperedCiphertextError);
    });
  });
});

describe('KeyRing', () => {
  it.each(['hex', 'base64', 'base64url'] as const)('takes a key as %s, and it is the same key', (encoding) => {
    expect(KeyRing.fromSettings({ active: oldKey.toString(encoding), previous: [] }).kids).toEqual([kidOf(oldKey)]);
  });

  it('counts a key listed twice once', () => {
    const text = oldKey.toString('hex');

    expect(KeyRing.fromSettings({ active: text, previous: [text, oldKey.toString('base64')] }).kids).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['31 bytes', randomBytes(31).toString('base64')],
    ['33 bytes', randomBytes(33).toString('base64')],
    ['a digit short in hex', randomBytes(32).toString('hex').slice(1)],
    [
      'with a stray character',
      `${randomBytes(32).toString('base64').slice(0, 20)}!${randomBytes(32).toString('base64').slice(20)}`,
    ],
  ])('refuses a key that is %s, naming its place and not the key', (_what, key) => {
    const error = thrownBy(() => KeyRing.fromSettings({ active: oldKey.toString('hex'), previous: [key] }));

    expect(error).toBeInstanceOf(InvalidKeyError);
    expect(error.message).toContain('Previous key 1');
    if (key !== '') expect(error.message).not.toContain(key);
  });
});
