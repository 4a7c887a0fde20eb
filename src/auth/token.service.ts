import { hash, type webcrypto } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { jwtVerify, SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { AppConfig } from '../config/index.js';
import { UnauthenticatedError } from '../errors/index.js';
import type { Principal } from './principal.js';

interface Verified {
  principal: Principal;
  /** Seconds since epoch, as in the token. */
  expiresAtS: number;
}

/** Makes and checks the dashboards' JWTs: HS256 alone, `sub` and `exp` required, `iss` and `aud` where configured. */
@Injectable()
export class TokenService {
  /** Imported once; of bare bytes it would be imported for each request. */
  private readonly key: Promise<webcrypto.CryptoKey>;
  /** Tokens seen lately, by their digest: a dashboard asks many times with the same, and each check leaves the thread. */
  private readonly verified = new LRUCache<string, Verified>({ max: 2_000, ttl: 60_000 });

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    const secret = new TextEncoder().encode(config.JWT_SECRET.reveal());
    this.key = crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  }

  /** @throws {UnauthenticatedError} always the same sentence, whatever was wrong: a caller learns nothing of the check */
  async verify(token: string): Promise<Principal> {
    const digest = hash('sha256', token, 'base64');
    const known = this.verified.get(digest);
    if (known && this.clock.now() < known.expiresAtS * 1000) return known.principal;
    const verified = await this.check(token);
    this.verified.set(digest, verified);
    return verified.principal;
  }

  private async check(token: string): Promise<Verified> {
    try {
      const { payload } = await jwtVerify(token, await this.key, {
        algorithms: ['HS256'],
        requiredClaims: ['sub', 'exp'],
        currentDate: this.clock.date(),
        issuer: this.config.JWT_ISSUER,
        audience: this.config.JWT_AUDIENCE,
      });
      const { sub, role = 'user', exp = 0 } = payload;
      if (typeof sub !== 'string' || sub === '' || sub.length > 200) throw new Error('sub is not usable');
      if (role !== 'user' && role !== 'admin') throw new Error('role is not known');
      return { principal: { userId: sub, role }, expiresAtS: exp };
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
