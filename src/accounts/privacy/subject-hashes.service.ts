import { createHmac } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { TokenCipherError, type TokenCipher } from '#libs/token-cipher';
import { AppConfig } from '../../config/index.js';
import { configuredCipher } from '../account-cipher.service.js';
import { subjectKeyContext, SubjectKeyRepository } from './subject-key.repository.js';

/**
 * The hashes by which erased people are recognised. They can't be made anew under another key, because nobody knows the
 * ids any more: their key is therefore kept in the store, encrypted under the key ring, and outlives every secret. It
 * began as a key derived from `JWT_SECRET`, which is what earlier versions hash with.
 */
@Injectable()
export class SubjectHashesService implements OnApplicationBootstrap {
  private readonly logger = new Logger(SubjectHashesService.name);
  private readonly cipher: TokenCipher;
  private readonly derived: Buffer;
  private kept?: Buffer;

  constructor(
    private readonly store: SubjectKeyRepository,
    config: AppConfig,
  ) {
    this.cipher = configuredCipher(config);
    this.derived = config.JWT_SECRET.deriveKey('erasure subject v1');
  }

  /** Kept from the first start on: at the first erasure `JWT_SECRET` may be another already. */
  async onApplicationBootstrap(): Promise<void> {
    await this.keys();
  }

  /** What is noted of a person. */
  async of(personId: string): Promise<string> {
    const [key = this.derived] = await this.keys();
    return hashUnder(key, personId);
  }

  /** What may have been noted of a person: an earlier version, or a process without the right key, used the derived key. */
  async everyOf(personId: string): Promise<string[]> {
    return (await this.keys()).map((key) => hashUnder(key, personId));
  }

  private async keys(): Promise<Buffer[]> {
    this.kept ??= await this.open();
    return this.kept && !this.kept.equals(this.derived) ? [this.kept, this.derived] : [this.derived];
  }

  /** Without it a deletion is still taken, which Meta asks for once only; the error says what to mend. */
  private async open(): Promise<Buffer | undefined> {
    const envelope = await this.store.keep(this.cipher.encrypt(this.derived.toString('base64'), subjectKeyContext));
    try {
      return Buffer.from(this.cipher.decrypt(envelope, subjectKeyContext), 'base64');
    } catch (error) {
      if (!(error instanceof TokenCipherError)) throw error;
      const advice = 'put its key into ENCRYPTION_KEYS_PREVIOUS';
      this.logger.error({ msg: `who was erased can’t be recognised: ${advice}`, err: error });
      return undefined;
    }
  }
}

function hashUnder(key: Buffer, personId: string): string {
  return createHmac('sha256', key).update(personId).digest('hex');
}
