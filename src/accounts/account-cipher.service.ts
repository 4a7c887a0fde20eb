import { Inject, Injectable } from '@nestjs/common';
import { KeyRing, TokenCipher } from '#libs/token-cipher';
import { AppConfig } from '../config/index.js';

export type TokenField = 'access_token' | 'refresh_token';
export type ConfiguredKeys = Pick<AppConfig, 'ENCRYPTION_KEY' | 'ENCRYPTION_KEYS_PREVIOUS'>;

/** Encrypts with the active key, opens what any of the configured keys encrypted. */
export function configuredCipher(config: ConfiguredKeys): TokenCipher {
  const active = config.ENCRYPTION_KEY.reveal();
  const previous = config.ENCRYPTION_KEYS_PREVIOUS.map((key) => key.reveal());
  return new TokenCipher(KeyRing.fromSettings({ active, previous }));
}

/** A token opens only in the row and field it was stored in. */
export function tokenContext(accountId: string, field: TokenField): string {
  return `accounts/${accountId}/${field}`;
}

/** The configured keys, and what an account's envelopes are bound to. */
@Injectable()
export class AccountCipherService {
  private readonly cipher: TokenCipher;

  constructor(@Inject(AppConfig) config: ConfiguredKeys) {
    this.cipher = configuredCipher(config);
  }

  encrypt(token: string, accountId: string, field: TokenField = 'access_token'): string {
    return this.cipher.encrypt(token, tokenContext(accountId, field));
  }

  /** @throws {TokenCipherError} when the key is gone or the envelope belongs elsewhere; never the stored text */
  decrypt(envelope: string, accountId: string, field: TokenField = 'access_token'): string {
    return this.cipher.decrypt(envelope, tokenContext(accountId, field));
  }
}
