import { Inject, Injectable } from '@nestjs/common';
import type { TokenCipher } from '#libs/token-cipher';
import { configuredCipher, type ConfiguredKeys } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';

/** What a header's envelope is bound to: copied to another tool, account or header it does not open. */
export function secretContext(accountId: string, tool: string, header: string): string {
  return `accounts/${accountId}/tools/${tool}/${header.toLowerCase()}`;
}

/** Seals the secret headers of tools, and opens them for a call. */
@Injectable()
export class ToolSecretsService {
  private readonly cipher: TokenCipher;

  constructor(@Inject(AppConfig) config: ConfiguredKeys) {
    this.cipher = configuredCipher(config);
  }

  seal(value: string, accountId: string, tool: string, header: string): string {
    return this.cipher.encrypt(value, secretContext(accountId, tool, header));
  }

  /** @throws {TokenCipherError} when the key is gone or the envelope belongs elsewhere */
  open(envelope: string, accountId: string, tool: string, header: string): string {
    return this.cipher.decrypt(envelope, secretContext(accountId, tool, header));
  }
}
