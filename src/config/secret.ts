import { hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

/** A setting that must never be printed: logs, errors and JSON show `[secret]`; only {@link Secret.reveal} gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Call it where it is used, never to keep it. */
  reveal(): string {
    return this.#value;
  }

  /** Whether somebody gave the same value. The time it takes says nothing, not even of its length: digests are compared. */
  isSame(given: string): boolean {
    return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', this.#value, 'buffer'));
  }

  /** A key of 32 bytes for one purpose alone: from it neither the value nor another purpose's key can be told. */
  deriveKey(purpose: string): Buffer<ArrayBuffer> {
    return Buffer.from(hkdfSync('sha256', this.#value, '', `instagram-dm ${purpose}`, 32));
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
