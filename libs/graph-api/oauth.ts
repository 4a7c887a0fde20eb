import type { GraphCallOptions, GraphLogin, GraphToken } from './access.js';
import type { GraphCaller, GraphRequest } from './caller.js';
import type { GraphRoute } from './errors.js';
import type { GraphHosts } from './hosts.js';
import { toId, toMillis } from './json.js';
import { itemsIn } from './paging.js';
import { objectIn, textOf, unreadable, withoutHoles } from './fields.js';
import { isObject, type JsonObject } from './read-answer.js';
import { redact } from './redact.js';

export interface AppCredentials {
  clientId: string;
  clientSecret: string;
}

export interface AuthorizeRequest {
  clientId: string;
  redirectUri: string;
  /** Comes back with the code: ties the answer to who asked. */
  state: string;
  scopes: readonly string[];
  /** More for the dialog, such as `config_id` (Facebook Login for Business) or `force_reauth`. */
  extra?: Record<string, string>;
}

/** A token as Meta hands it out. */
export interface TokenGrant {
  accessToken: string;
  /** Seconds; absent when Meta didn't say, or the token has no end. */
  expiresInS?: number;
  /** Login `instagram`, from a code only: the account's id. */
  userId?: string;
  /** From a code only. Absent when Meta doesn't tell. */
  permissions?: string[];
}

export interface GrantedPermissions {
  granted: string[];
  /** Asked for and not given. */
  declined: string[];
}

/** What Meta knows of a token. Login `facebook` only. */
export interface TokenInfo {
  isValid: boolean;
  /** `USER`, `PAGE`, … */
  type?: string;
  appId?: string;
  /** App-scoped id of the person behind it: how Meta's privacy callbacks name them. */
  userId?: string;
  /** Of a Page token: the Page. */
  profileId?: string;
  scopes: string[];
  /** ms; absent: it has no end. */
  expiresAt?: number;
  /** ms */
  dataAccessExpiresAt?: number;
  /** Why it is not valid. */
  error?: { code?: number; subcode?: number; message: string };
}

/** Logging in, and the life of tokens. */
export class OAuthArea {
  constructor(
    private readonly caller: GraphCaller,
    private readonly hosts: GraphHosts,
  ) {}

  authorizeUrl(login: GraphLogin, { clientId, redirectUri, state, scopes, extra }: AuthorizeRequest): string {
    const url = new URL(this.hosts.dialog(login));
    const all: Record<string, string> = {
      ...extra,
      ...{ client_id: clientId, redirect_uri: redirectUri, response_type: 'code', state },
      ...(scopes.length > 0 && { scope: scopes.join(',') }),
    };
    for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
    return url.toString();
  }

  async exchangeCode(
    login: GraphLogin,
    { clientId, clientSecret, redirectUri, code }: AppCredentials & { redirectUri: string; code: string },
    options?: GraphCallOptions,
  ): Promise<TokenGrant> {
    // Instagram puts `#_` behind the code, and some servers hand it on with it.
    const cleanCode = code.replace(/#_=?_?$/, '');
    const form = {
      client_id: clientId,
      client_secret: clientSecret,
      ...(login === 'instagram' ? { grant_type: 'authorization_code' } : {}),
      redirect_uri: redirectUri,
      code: cleanCode,
    };
    const url = login === 'instagram' ? this.hosts.instagramCode : this.hosts.graph(login, 'oauth', 'access_token');
    const secrets = [clientSecret, code, cleanCode];
    return this.grant({ host: login, route: 'exchange_code', method: 'POST', url, form, secrets }, options);
  }

  async exchangeLongLived(
    { login, accessToken }: GraphToken,
    { clientId, clientSecret }: AppCredentials,
    options?: GraphCallOptions,
  ): Promise<TokenGrant> {
    const shared = { host: login, route: 'exchange_token', secrets: [clientSecret, accessToken] };
    if (login === 'instagram') {
      const query = { grant_type: 'ig_exchange_token', client_secret: clientSecret, access_token: accessToken };
      return this.grant({ ...shared, method: 'GET', url: this.hosts.instagramToken('access_token'), query }, options);
    }
    const form = {
      grant_type: 'fb_exchange_token',
      client_id: clientId,
      client_secret: clientSecret,
      fb_exchange_token: accessToken,
    };
    const url = this.hosts.graph(login, 'oauth', 'access_token');
    return this.grant({ ...shared, method: 'POST', url, form }, options);
  }

  /** Another 60 days for a long-lived token of login `instagram`; the new token differs from the old one. */
  async refresh(accessToken: string, options?: GraphCallOptions): Promise<TokenGrant> {
    const query = { grant_type: 'ig_refresh_token', access_token: accessToken };
    const url = this.hosts.instagramToken('refresh_access_token');
    const secrets = [accessToken];
    return this.grant({ host: 'instagram', route: 'refresh_token', method: 'GET', url, query, secrets }, options);
  }

  async debugToken(
    accessToken: string,
    { clientId, clientSecret }: AppCredentials,
    options?: GraphCallOptions,
  ): Promise<TokenInfo> {
    const route: GraphRoute = { host: 'facebook', route: 'debug_token', method: 'GET' };
    const query = { input_token: accessToken, access_token: `${clientId}|${clientSecret}` };
    const secrets = [accessToken, clientSecret, query.access_token];
    const url = this.hosts.graph('facebook', 'debug_token');
    const answer = await this.caller.call({ ...route, url, query, secrets }, options);
    const { data } = objectIn(answer, route, { unwrapList: false });
    if (!isObject(data)) throw unreadable(route);
    return tokenInfoOf(data, secrets);
  }

  async permissions({ login, accessToken }: GraphToken, options?: GraphCallOptions): Promise<GrantedPermissions> {
    const route: GraphRoute = { host: login, route: 'permissions', method: 'GET' };
    const url = this.hosts.graph(login, 'me', 'permissions');
    const answer = await this.caller.call({ ...route, url, accessToken }, options);
    const items = itemsIn(objectIn(answer, route, { unwrapList: false }));
    const withStatus = (granted: boolean): string[] =>
      items
        .filter(({ status = 'granted' }) => (status === 'granted') === granted)
        .map(({ permission }) => textOf(permission))
        .filter((permission) => permission !== undefined);
    return { granted: withStatus(true), declined: withStatus(false) };
  }

  private async grant(request: GraphRequest, options?: GraphCallOptions): Promise<TokenGrant> {
    const answer = await this.caller.call(request, options);
    const { host, route, method } = request;
    const found = objectIn(answer, { host, route, method });
    const accessToken = textOf(found.access_token);
    if (accessToken === undefined) throw unreadable({ host, route, method });
    return withoutHoles<TokenGrant>({
      accessToken,
      expiresInS: lifetimeOf(found.expires_in),
      userId: toId(found.user_id),
      permissions: permissionsOf(found.permissions ?? found.scopes ?? found.scope),
    });
  }
}

function tokenInfoOf(data: JsonObject, secrets: readonly string[]): TokenInfo {
  const error = isObject(data.error) ? data.error : undefined;
  return withoutHoles<TokenInfo>({
    isValid: data.is_valid === true,
    type: textOf(data.type),
    appId: toId(data.app_id),
    userId: toId(data.user_id),
    profileId: toId(data.profile_id),
    scopes: permissionsOf(data.scopes) ?? [],
    expiresAt: toMillis(data.expires_at),
    dataAccessExpiresAt: toMillis(data.data_access_expires_at),
    error: error && {
      code: countOf(error.code),
      subcode: countOf(error.subcode),
      message: redact(textOf(error.message) ?? '', secrets),
    },
  });
}

/** A whole number above zero, from a number or a string of digits. */
function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*\d+(?:\.\d+)?\s*$/.test(value) ? Number(value) : value;
  const whole = typeof number === 'number' ? Math.floor(number) : undefined;
  return Number.isSafeInteger(whole) && (whole as number) > 0 ? whole : undefined;
}

/** Longer than any token of Meta's lives: a figure above it says as little as 0, which is "has no end". */
const longestLifeS = 10 * 366 * 86_400;

function lifetimeOf(value: unknown): number | undefined {
  const seconds = countOf(value);
  return seconds !== undefined && seconds <= longestLifeS ? seconds : undefined;
}

/**
 * Permissions as Meta tells them: names in a list, in one string, or objects as `/me/permissions` lists them, also
 * inside `data`. `undefined` when it tells none: what is unknown is not refused.
 */
function permissionsOf(value: unknown): string[] | undefined {
  const names = namesIn(value);
  return names.length > 0 ? names : undefined;
}

function namesIn(value: unknown): string[] {
  if (typeof value === 'string') return value.split(/[\s,]+/).filter((name) => name !== '');
  if (Array.isArray(value)) return [...new Set(value.flatMap(namesIn))];
  if (!isObject(value)) return [];
  if ('data' in value) return namesIn(value.data);
  const { status = 'granted' } = value;
  return status === 'granted' ? namesIn(value.permission ?? value.scope ?? value.name) : [];
}
