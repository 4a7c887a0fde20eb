import { hash, type webcrypto } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { errors, jwtVerify, SignJWT, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { AppConfig } from '../config/index.js';
import { UnauthenticatedError } from '../errors/index.js';
import { GuessedTokenError } from './auth.errors.js';
import { roles, type Principal, type TokenSubject } from './principal.js';

/** What a token opens. Each has a key of its own, so that none is ever taken for another. */
export type TokenPurpose = 'api' | 'queue dashboard';

export interface Verified {
  principal: Principal;
  /** Seconds since epoch, as in the token. */
  expiresAtS: number;
}

/** Makes and checks the dashboards' JWTs: HS256 alone, `sub` and `exp` required, `iss` and `aud` where configured. */
@Injectable()
export class TokenService {
  /** Imported once; of bare bytes they would be imported for each request. The first signs, all of them verify. */
  private readonly keys: Record<TokenPurpose, Promise<webcrypto.CryptoKey>[]>;
  /** Tokens seen lately, by their digest: a dashboard asks many times with the same, and each check leaves the thread. */
  private readonly verified = new LRUCache<string, Verified>({ max: 2_000, ttl: 60_000 });

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    const secrets = [config.JWT_SECRET, ...config.JWT_SECRET_PREVIOUS];
    this.keys = {
      api: secrets.map((secret) => importKey(new TextEncoder().encode(secret.reveal()))),
      'queue dashboard': secrets.map((secret) => importKey(secret.deriveKey('queue dashboard v1'))),
    };
  }

  /**
   * @throws {UnauthenticatedError} always the same sentence, whatever was wrong: a caller learns nothing of the check.
   *   {@link GuessedTokenError}, which tells nobody outside, unless our key signed it
   */
  async verify(token: string, purpose: TokenPurpose = 'api'): Promise<Principal> {
    return (await this.verifyWithEnd(token, purpose)).principal;
  }

  /** For what goes on after the check. @throws as {@link verify} */
  async verifyWithEnd(token: string, purpose: TokenPurpose = 'api'): Promise<Verified> {
    // With its purpose: what one key has verified says nothing of another.
    const digest = hash('sha256', `${purpose} ${token}`, 'base64');
    const known = this.verified.get(digest);
    if (known && this.clock.now() < known.expiresAtS * 1000) return known;
    const verified = await this.check(token, purpose);
    this.verified.set(digest, verified);
    return verified;
  }

  /**
   * A token for one purpose in exchange for one of the API, which it does not outlive. What comes out can't be exchanged
   * again.
   * @param ttlS the longest it may live
   * @throws {UnauthenticatedError}
   */
  async exchange(
    token: string,
    purpose: TokenPurpose,
    ttlS: number,
  ): Promise<{ principal: Principal; token: string; ttlS: number }> {
    const { principal, expiresAtS } = await this.verifyWithEnd(token);
    const leftS = Math.max(1, Math.min(ttlS, Math.floor(expiresAtS - this.clock.now() / 1000)));
    return { principal, token: await this.sign(subjectOf(principal), leftS, purpose), ttlS: leftS };
  }

  /** @param ttlS seconds the token lives */
  async sign({ userId, role, tenant }: TokenSubject, ttlS: number, purpose: TokenPurpose = 'api'): Promise<string> {
    const nowS = Math.floor(this.clock.now() / 1000);
    const jwt = new SignJWT({ role, ...(tenant === undefined ? {} : { tenant }) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(userId)
      .setIssuedAt(nowS)
      .setExpirationTime(nowS + ttlS);
    if (this.config.JWT_ISSUER) jwt.setIssuer(this.config.JWT_ISSUER);
    if (this.config.JWT_AUDIENCE) jwt.setAudience(this.config.JWT_AUDIENCE);
    const [signing] = this.keys[purpose] as [Promise<webcrypto.CryptoKey>];
    return jwt.sign(await signing);
  }

  private async check(token: string, purpose: TokenPurpose): Promise<Verified> {
    // What one of our own processes signed for another has our clock.
    const leewayS = purpose === 'api' ? this.config.JWT_LEEWAY_SECONDS : 0;
    const demands = {
      algorithms: ['HS256'],
      requiredClaims: ['sub', 'exp'],
      currentDate: this.clock.date(),
      clockTolerance: leewayS,
      issuer: this.config.JWT_ISSUER,
      audience: this.config.JWT_AUDIENCE,
    };
    try {
      const { payload } = await this.verifyWithAny(this.keys[purpose], token, demands);
      return { principal: principalIn(payload), expiresAtS: payload.exp ?? 0 };
    } catch (cause) {
      const Refusal = isSigned(cause) ? UnauthenticatedError : GuessedTokenError;
      throw new Refusal('The Bearer token is missing, expired or not valid.', { cause });
    }
  }

  /** A key after the other, because a token says nothing of which signed it. @throws what the last one said */
  private async verifyWithAny(
    [key, ...others]: Promise<webcrypto.CryptoKey>[],
    token: string,
    demands: JWTVerifyOptions,
  ): Promise<JWTVerifyResult> {
    try {
      return await jwtVerify(token, (await key) as webcrypto.CryptoKey, demands);
    } catch (error) {
      if (others.length === 0 || !(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      return this.verifyWithAny(others, token, demands);
    }
  }
}

/**
 * Who a token names. Without a claim `tenant` its subject is tenant and person in one, as all tokens once were.
 * @throws {Error}
 */
function principalIn({ sub, tenant = sub, role = 'user' }: JWTPayload): Principal {
  if (!isName(sub) || !isName(tenant)) throw new Error('sub or tenant is not usable');
  const known = role === 'user' ? 'owner' : roles.find((one) => one === role);
  if (!known) throw new Error('role is not known');
  return { tenant, actor: sub, role: known, via: 'token' };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

function subjectOf({ actor, tenant, role }: Principal): TokenSubject {
  return { userId: actor, role, ...(tenant === actor ? {} : { tenant }) };
}

/** Claims are looked at after the signature: one that was refused by them was signed with our key. */
function isSigned(cause: unknown): boolean {
  return cause instanceof errors.JWTExpired || cause instanceof errors.JWTClaimValidationFailed;
}

function importKey(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<webcrypto.CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
}
