import { createHash, createHmac } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { GraphLogin } from './access.js';

/** `appsecret_proof`: shows Meta that whoever uses a token also has the app's secret. */
export function appSecretProof(accessToken: string, appSecret: string): string {
  return createHmac('sha256', appSecret).update(accessToken).digest('hex');
}

interface Proven {
  host: GraphLogin;
  accessToken?: string;
}

/**
 * Which app's secret proves which token. The login tells the app; a token of another configured app (a second one, or
 * this one before its secret was changed) is found out by Meta's refusal and remembered by the token's digest.
 */
export class AppSecretProofs {
  readonly #byLogin: Partial<Record<GraphLogin, string>>;
  readonly #others: readonly string[];
  readonly #found = new LRUCache<string, string>({ max: 20_000 });

  constructor(byLogin: Partial<Record<GraphLogin, string>> = {}, others: readonly string[] = []) {
    this.#byLogin = byLogin;
    this.#others = [...new Set([...Object.values(byLogin), ...others])];
  }

  /** The secret to prove this call's token with; `undefined`: without a proof. */
  secretFor({ host, accessToken }: Proven): string | undefined {
    if (accessToken === undefined) return undefined;
    return this.#found.get(digestOf(accessToken)) ?? this.#byLogin[host];
  }

  /** What is left to try. */
  othersThan({ accessToken }: Proven, refused: string | undefined): string[] {
    return accessToken === undefined ? [] : this.#others.filter((secret) => secret !== refused);
  }

  remember({ accessToken }: Proven, secret: string): void {
    if (accessToken !== undefined) this.#found.set(digestOf(accessToken), secret);
  }
}

function digestOf(accessToken: string): string {
  return createHash('sha256').update(accessToken).digest('base64');
}
