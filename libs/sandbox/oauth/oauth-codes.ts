import { randomBytes } from 'node:crypto';
import type { Clock } from '#libs/clock';
import type { NewToken } from '../world/token-book.js';
import type { Login } from '../world/types.js';

/** A code can be redeemed for this long. */
const CODE_LIVES_MS = 3_600_000;

interface Code {
  login: Login;
  redirectUri: string;
  grant: NewToken;
  madeAt: number;
  used: boolean;
}

/** Authorization codes: each good once, for an hour, for the redirect URI it was given to. */
export class OAuthCodes {
  private readonly codes = new Map<string, Code>();

  constructor(private readonly clock: Clock) {}

  issue(login: Login, redirectUri: string, grant: NewToken): string {
    const value = `AQ${randomBytes(90).toString('base64url')}`;
    this.codes.set(value, { login, redirectUri, grant, madeAt: this.clock.now(), used: false });
    return value;
  }

  /** @returns what was granted, or Meta's sentence why not */
  redeem(value: string, login: Login, redirectUri: string): NewToken | string {
    const code = this.codes.get(value);
    const isAlive = code && code.login === login && !code.used && this.clock.now() - code.madeAt < CODE_LIVES_MS;
    if (!code || !isAlive) {
      return login === 'instagram'
        ? 'Matching code was not found or was already used'
        : 'This authorization code has been used.';
    }
    if (code.redirectUri !== redirectUri) {
      return 'Error validating verification code. Please make sure your redirect_uri is identical to the one you used';
    }
    code.used = true;
    return code.grant;
  }
}
