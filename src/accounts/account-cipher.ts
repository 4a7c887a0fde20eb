import { Inject, Injectable } from '@nestjs/common';
import { KeyRing, TokenCipher } from '#libs/token-cipher';
import { AppConfig } from '../config/index.js';

export type TokenField = 'access_token' | 'refresh_token';

/** The configured keys, and what an account's envelopes are bound to. */
@Injectable()
export class AccountCipher {
  private readonly cipher: TokenCipher;

  constructor(@Inject(AppConfig) config: Pick<AppConfig, 'ENCRYPTION_KEY' | 'ENCRYPTION_KEYS_PREVIOUS'>) {
    this.cipher = new TokenCipher(
      KeyRing.fromSettings({
        active: config.ENCRYPTION_KEY.reveal(),
        previous: config.ENCRYPTION_KEYS_PREVIOUS.map((key) => key.reveal()),
      }),
    );
  }

  encrypt(token: string, accountId: string, field: TokenField = 'access_token'): string {
    return this.cipher.encrypt(token, contextOf(accountId, field));
  }

  /** @throws {TokenCipherError} when the key is gone or the envelope belongs elsewhere; never the stored text */
  decrypt(envelope: string, accountId: string, field: TokenField = 'access_token'): string {
    return this.cipher.decrypt(envelope, contextOf(accountId, field));
  }

  needsRotation(envelope: string): boolean {
    return this.cipher.needsRotation(envelope);
  }

  /** @throws as {@link decrypt} */
  reencrypt(envelope: string, accountId: string, field: TokenField): string {
    return this.cipher.reencrypt(envelope, contextOf(accountId, field));
  }
}

/** A token opens only in the row and field it was stored in. */
function contextOf(accountId: string, field: TokenField): string {
  return `accounts/${accountId}/${field}`;
}
