import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { TamperedCiphertextError } from './errors.js';
import type { KeyRing } from './key-ring.js';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
/** Without a fixed length Node accepts a tag cut down to 4 bytes, which can be guessed. */
const authTagLength = 16;

interface Envelope {
  kid: string;
  iv: Buffer;
  tag: Buffer;
  ciphertext: Buffer;
}

/**
 * Encrypts small secrets for storage with AES-256-GCM. The envelope is `v1.<kid>.<iv>.<tag>.<ciphertext>`, the last
 * three as base64url. The context (whose secret, which field) and the key id are authenticated with it, so an envelope
 * copied to another row or field does not open there.
 *
 * Random 96-bit IVs are safe for about 2^32 encryptions under one key: rotate long before that.
 */
export class TokenCipher {
  constructor(private readonly ring: KeyRing) {}

  /**
   * Encrypts with the active key; the same input gives a new envelope each time.
   * @param plain any text, the empty one too
   * @param context where the envelope will be stored, such as `accounts/<id>/access_token`
   */
  encrypt(plain: string, context: string): string {
    const kid = this.ring.activeKid;
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv(algorithm, this.ring.get(kid), iv, { authTagLength });
    cipher.setAAD(associatedData(kid, context));
    const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return ['v1', kid, ...[iv, cipher.getAuthTag(), ciphertext].map((part) => part.toString('base64url'))].join('.');
  }

  /**
   * Opens an envelope. There is no fallback: what doesn't open is never handed on as if it were the secret.
   * @param context the one it was encrypted with
   * @throws {UnknownKeyError} naming the key id that is missing from the ring
   * @throws {TamperedCiphertextError} when it was changed, cut, moved to another context or is no envelope
   */
  decrypt(envelope: string, context: string): string {
    const { kid, iv, tag, ciphertext } = parse(envelope, context);
    const decipher = createDecipheriv(algorithm, this.ring.get(kid), iv, { authTagLength });
    decipher.setAAD(associatedData(kid, context));
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
    } catch {
      throw new TamperedCiphertextError('unauthentic', context);
    }
  }

  /**
   * Whether the envelope was made with a key other than the active one, known or not. Opens nothing.
   * @throws {TamperedCiphertextError} when it is no envelope
   */
  needsRotation(envelope: string): boolean {
    return parse(envelope).kid !== this.ring.activeKid;
  }

  /**
   * The same secret under the active key.
   * @throws as {@link decrypt}
   */
  reencrypt(envelope: string, context: string): string {
    return this.encrypt(this.decrypt(envelope, context), context);
  }
}

/** The key id has a fixed length, so no two pairs of id and context give the same bytes. */
function associatedData(kid: string, context: string): Buffer {
  return Buffer.from(`v1.${kid}.${context}`, 'utf8');
}

function parse(envelope: string, context?: string): Envelope {
  const match = /^v1\.([0-9a-f]{8})\.([\w-]{16})\.([\w-]{22})\.([\w-]*)$/.exec(envelope);
  const [kid, ...encoded] = match?.slice(1) ?? [];
  const [iv, tag, ciphertext] = encoded.map(decodeExactly);
  if (kid === undefined || !iv || !tag || !ciphertext) throw new TamperedCiphertextError('malformed', context);
  return { kid, iv, tag, ciphertext };
}

/** One text for one value: base64url with stray trailing bits decodes to the same bytes, and would pass unnoticed. */
function decodeExactly(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
