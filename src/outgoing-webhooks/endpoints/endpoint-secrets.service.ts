import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { TokenCipher } from '#libs/token-cipher';
import { configuredCipher, type ConfiguredKeys } from '../../accounts/index.js';
import { AppConfig } from '../../config/index.js';

/** What a secret's envelope is bound to: copied to another endpoint it does not open. */
export function secretContext(endpointId: string): string {
  return `webhook-endpoints/${endpointId}/secret`;
}

/** Makes the secrets of endpoints, seals them, and opens them to sign. */
@Injectable()
export class EndpointSecretsService {
  private readonly cipher: TokenCipher;

  constructor(@Inject(AppConfig) config: ConfiguredKeys) {
    this.cipher = configuredCipher(config);
  }

  /** As Standard Webhooks writes them: `whsec_` and the base64 of 32 bytes. */
  create(): string {
    return `whsec_${randomBytes(32).toString('base64')}`;
  }

  seal(secret: string, endpointId: string): string {
    return this.cipher.encrypt(secret, secretContext(endpointId));
  }

  /** @throws {TokenCipherError} when the key is gone or the envelope belongs elsewhere */
  open(envelope: string, endpointId: string): string {
    return this.cipher.decrypt(envelope, secretContext(endpointId));
  }
}
