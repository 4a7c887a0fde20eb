import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../config/index.js';
import { UnauthenticatedError } from '../errors/index.js';
import { dashboardOrigins } from '../http/index.js';
import { CrossSiteRequestError } from './auth.errors.js';
import { IdentityProviderService } from './identity-provider.service.js';
import { ApiKeyCheckService, isApiKey } from './api-keys/api-key-check.service.js';
import { isFromOwnPage } from './cross-site.js';
import type { Principal } from './principal.js';
import { RefusedTokensService } from './refused-tokens.service.js';
import { sessionTokenIn } from './session-cookie.js';
import { SessionsService } from './sessions/sessions.service.js';
import { TokenService } from './token.service.js';

/** Who asks, and until when that may be believed. */
export interface Identity {
  principal: Principal;
  /** End of the token or session, seconds since epoch. */
  expiresAtS: number;
  /** Of people who signed in. */
  sessionId?: string;
}

/** Finds out who sent a request: by its Bearer token or API key, else by the cookie of a session. */
@Injectable()
export class IdentityService {
  private readonly origins: string[];

  constructor(
    private readonly config: AppConfig,
    private readonly tokens: TokenService,
    private readonly provider: IdentityProviderService,
    private readonly sessions: SessionsService,
    private readonly apiKeys: ApiKeyCheckService,
    private readonly refused: RefusedTokensService,
  ) {
    this.origins = [new URL(config.API_URL).origin, ...dashboardOrigins(config)];
  }

  /**
   * @returns `null` when the request shows nothing by which it could be told
   * @throws {UnauthenticatedError} what it shows is not good
   * @throws {CrossSiteRequestError} another site's page would act with the cookie
   */
  async identify(request: FastifyRequest): Promise<Identity | null> {
    const { authorization, cookie } = request.headers;
    const bearer = /^Bearer ([\w-]+(?:\.[\w-]+\.[\w-]+)?)$/i.exec(authorization ?? '')?.[1];
    if (bearer !== undefined && isApiKey(bearer))
      return this.refused.counting(request.ip, () => this.apiKeys.verify(bearer));
    if (bearer?.includes('.')) {
      const { provider, tokens } = this;
      return this.refused.counting(request.ip, () =>
        provider.isOwnKind(bearer) ? provider.verify(bearer) : tokens.verifyWithEnd(bearer),
      );
    }
    const token = authorization === undefined ? sessionTokenIn(cookie, this.config.API_URL) : undefined;
    if (token === undefined) return null;
    const identity = await this.sessions.verify(token);
    if (!identity) throw new UnauthenticatedError('The session has ended. Sign in again.');
    const acts = request.routeOptions.config.actsOnGet === true;
    if (isFromOwnPage(request, { acts, origins: this.origins })) return identity;
    throw new CrossSiteRequestError('With the cookie of a session only pages of this server may do this.');
  }
}
