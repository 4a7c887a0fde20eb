import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, errors, jwtVerify, type JWTPayload } from 'jose';
import { Clock } from '#libs/clock';
import { AppConfig } from '../config/index.js';
import { UnavailableError, UnauthenticatedError } from '../errors/index.js';
import { proxiedFetch } from '../http/index.js';
import { GuessedTokenError } from './auth.errors.js';
import { roles, type Principal, type Role } from './principal.js';
import type { Verified } from './token.service.js';

/** Signatures with a key that only the provider has. */
const algorithms = ['RS256', 'ES256'];
const timeoutMs = 5_000;
/** Keys change seldom; one that is not known yet is looked for at most so often. */
const cooldownMs = 30_000;

/**
 * Checks the tokens of a company's own identity provider: by the keys it publishes, its issuer and our audience, with the
 * claims that name tenant and role. Nothing is taken for granted that the token does not say.
 */
@Injectable()
export class IdentityProviderService {
  private readonly keys?: ReturnType<typeof createRemoteJWKSet>;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {
    const { IDP_JWKS_URL: url, egressProxy } = config;
    if (url === undefined) return;
    this.keys = createRemoteJWKSet(new URL(url), {
      timeoutDuration: timeoutMs,
      cooldownDuration: cooldownMs,
      [customFetch]: proxiedFetch(fetch, egressProxy),
    });
  }

  /** Whether a token says that it is signed as the provider signs. */
  isOwnKind(token: string): boolean {
    if (!this.keys) return false;
    try {
      return algorithms.includes(decodeProtectedHeader(token).alg ?? '');
    } catch {
      return false;
    }
  }

  /**
   * @throws {UnauthenticatedError} always the same sentence; {@link GuessedTokenError} unless one of its keys signed it
   * @throws {UnavailableError} its keys can't be had just now
   */
  async verify(token: string): Promise<Verified> {
    if (!this.keys) throw new GuessedTokenError(sentence);
    try {
      const { payload } = await jwtVerify(token, this.keys, {
        algorithms,
        requiredClaims: ['sub', 'exp'],
        currentDate: this.clock.date(),
        clockTolerance: this.config.JWT_LEEWAY_SECONDS,
        issuer: this.config.IDP_ISSUER,
        audience: this.config.IDP_AUDIENCE,
      });
      return { principal: this.principalIn(payload), expiresAtS: payload.exp ?? 0 };
    } catch (cause) {
      if (isAway(cause))
        throw new UnavailableError('The keys of the identity provider can not be had just now.', { cause });
      const isSigned =
        cause instanceof errors.JWTExpired ||
        cause instanceof errors.JWTClaimValidationFailed ||
        cause instanceof ClaimsError;
      throw new (isSigned ? UnauthenticatedError : GuessedTokenError)(sentence, { cause });
    }
  }

  /** @throws {ClaimsError} */
  private principalIn(claims: JWTPayload): Principal {
    const { IDP_TENANT_CLAIM: tenantClaim, IDP_ROLE_CLAIM: roleClaim } = this.config;
    const tenant = claims[tenantClaim];
    const role = highestOf([claims[roleClaim]].flat());
    if (!isName(claims.sub) || !isName(tenant) || !role) throw new ClaimsError();
    return { tenant, actor: claims.sub, role, via: 'token' };
  }
}

/** Well signed, and it does not say for whom or as what. */
class ClaimsError extends Error {}

const sentence = 'The Bearer token is missing, expired or not valid.';

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 200;
}

/** Of a list of roles or groups, others than ours among them. */
function highestOf(named: readonly unknown[]): Role | undefined {
  return [...roles].reverse().find((role) => named.includes(role));
}

/** That nobody knows the key is the token's fault; that nobody could be asked for it, or answered otherwise, is not. */
function isAway(cause: unknown): boolean {
  if (cause instanceof ClaimsError) return false;
  if (!(cause instanceof errors.JOSEError) || cause instanceof errors.JWKSTimeout) return true;
  return cause instanceof errors.JWKSInvalid || cause.code === errors.JOSEError.code;
}
