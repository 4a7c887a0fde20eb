import type { webcrypto } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { Clock } from '#libs/clock';
import { AppConfig } from '../config/index.js';
import { UnauthenticatedError } from '../errors/index.js';
import type { Principal } from './principal.js';

/** Makes and checks the dashboards' JWTs: HS256 alone, `sub` and `exp` required, `iss` and `aud` where configured. */
@Injectable()
export class TokenService {
  /** Imported once; of bare bytes it would be imported for each request. */
  private readonly key: Promise<webcrypto.CryptoKey>;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    const secret = new TextEncoder().encode(config.JWT_SECRET.reveal());
    this.key = crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  }

  /** @throws {UnauthenticatedError} always the same sentence, whatever was wrong: a caller learns nothing of the check */
  async verify(token: string): Promise<Principal> {
    try {
      const { payload } = await jwtVerify(token, await this.key, {
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        currentDate: this.clock.date(),
        issuer: this.config.JWT_ISSUER,
        audience: this.config.JWT_AUDIENCE,
      });
      const { sub, role = 'user' } = payload;
      if (typeof sub !== 'string' || sub === '' || sub.length > 200) throw new Error('sub is not usable');
      if (role !== 'user' && role !== 'admin') throw new Error('role is not known');
      return { userId: sub, role };
    } catch (cause) {
      throw new UnauthenticatedError('The Bearer token is missing, expired or not valid.', { cause });
    }
  }

  /** @param ttlS seconds the token lives */
  async sign(principal: Principal, ttlS: number): Promise<string> {
    const nowS = Math.floor(this.clock.now() / 1000);
    const jwt = new SignJWT({ role: principal.role })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(principal.userId)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + ttlS);
    if (this.config.JWT_ISSUER) jwt.setIssuer(this.config.JWT_ISSUER);
    if (this.config.JWT_AUDIENCE) jwt.setAudience(this.config.JWT_AUDIENCE);
    return jwt.sign(await this.key);
  }
}
