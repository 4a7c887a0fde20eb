import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { InvalidKeyError, UnknownKeyError } from './errors.js';

/** Keys as they stand in the settings: 32 bytes each, as hex, base64 or base64url. */
export interface KeySettings {
  /** Encrypts everything new. */
  active: string;
  /** Still open what they once encrypted. */
  previous: readonly string[];
}

const keyBytes = 32;

/**
 * The keys a process knows, by id. The id is derived from the key, so that it needs no bookkeeping and every process
 * that has the key calls it the same.
 */
export class KeyRing {
  readonly #keys: ReadonlyMap<string, KeyObject>;

  private constructor(
    /** Id of the key that encrypts everything new. */
    readonly activeKid: string,
    keys: ReadonlyMap<string, KeyObject>,
  ) {
    this.#keys = keys;
  }

  /**
   * @param settings the active key and those before it; a previous key equal to another is the same key
   * @throws {InvalidKeyError} when a key isn't 32 bytes, or two different keys share an id
   */
  static fromSettings(settings: KeySettings): KeyRing {
    const active = decodeKey(settings.active, 'The active key');
    const previous = settings.previous.map((key, index) => decodeKey(key, `Previous key ${index + 1}`));
    const keys = new Map<string, KeyObject>();
    for (const bytes of [active, ...previous]) {
      const kid = keyId(bytes);
      const key = createSecretKey(bytes);
      if (keys.get(kid)?.equals(key) === false) {
        throw new InvalidKeyError(`Two different keys share the id ${kid}: generate another one`);
      }
      keys.set(kid, key);
    }
    return new KeyRing(keyId(active), keys);
  }

  /** Ids of all keys, the active one first. */
  get kids(): string[] {
    return [...this.#keys.keys()];
  }

  /** @throws {UnknownKeyError} when no key has this id */
  get(kid: string): KeyObject {
    const key = this.#keys.get(kid);
    if (!key) throw new UnknownKeyError(kid, this.kids);
    return key;
  }
}

function keyId(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

/** Node's decoders skip what they don't understand, so a mistyped key would become a shorter, weaker one: check first. */
function decodeKey(text: string, label: string): Buffer {
  const trimmed = text.trim();
  if (/^[0-9a-f]{64}$/i.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[\w+/-]+={0,2}$/.test(trimmed)) {
    const bytes = Buffer.from(trimmed, 'base64');
    if (bytes.length === keyBytes) return bytes;
  }
  throw new InvalidKeyError(`${label} is not 32 bytes as base64 or hex (openssl rand -base64 32 makes one)`);
}
