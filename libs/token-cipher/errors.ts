/** Everything this library throws. Messages carry key ids and contexts alone: no key, no plain text, no ciphertext. */
export abstract class TokenCipherError extends Error {}

/** A configured key isn't 32 bytes, or two keys share an id. Names the key's place, never the key. */
export class InvalidKeyError extends TokenCipherError {
  override readonly name = 'InvalidKeyError';
}

/** The envelope was made with a key that isn't in the ring: put that key back among the previous ones. */
export class UnknownKeyError extends TokenCipherError {
  override readonly name = 'UnknownKeyError';

  constructor(
    /** First 8 hex digits of the SHA-256 of the missing key. */
    readonly kid: string,
    /** Ids of the keys that are there. */
    readonly knownKids: readonly string[],
  ) {
    super(`Encrypted with key ${kid}, which is not configured (configured: ${knownKids.join(', ')})`);
  }
}

/** The envelope was changed, cut short, moved to another context, or never was one. */
export class TamperedCiphertextError extends TokenCipherError {
  override readonly name = 'TamperedCiphertextError';

  constructor(reason: 'malformed' | 'unauthentic', context?: string) {
    const where = context === undefined ? '' : ` for ${context}`;
    super(
      reason === 'malformed'
        ? `The stored value${where} is not a v1 envelope`
        : `The stored value${where} does not open: it was changed, or belongs to another context`,
    );
  }
}
