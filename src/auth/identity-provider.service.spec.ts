import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';
import { MovableClock } from '#libs/clock';
import type { AppConfig } from '../config/index.js';
import { UnauthenticatedError, UnavailableError } from '../errors/index.js';
import { GuessedTokenError } from './auth.errors.js';
import { IdentityProviderService } from './identity-provider.service.js';

const clock = new MovableClock(Date.parse('2026-11-21T12:00:00Z'));
const nowS = clock.now() / 1000;
const good = { sub: 'anna', tenant: 'shop', role: 'operator', exp: nowS + 60, iss: 'https://login.example', aud: 'dm' };

interface Key {
  alg: 'RS256' | 'ES256';
  privateKey: CryptoKey;
  kid: string;
}

let server: Server;
let url: string;
let published: object[];
let isAway = false;
let rsa: Key;
let ec: Key;

async function newKey(alg: Key['alg'], kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  published.push({ ...(await exportJWK(publicKey)), kid, alg, use: 'sig' });
  return { alg, privateKey, kid };
}

beforeAll(async () => {
  published = [];
  rsa = await newKey('RS256', 'one');
  ec = await newKey('ES256', 'two');
  server = createServer((_request, response) => {
    response.writeHead(isAway ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
afterEach(() => (isAway = false));

function provider(settings: Partial<AppConfig> = {}): IdentityProviderService {
  const config = { IDP_JWKS_URL: url, IDP_ISSUER: good.iss, IDP_AUDIENCE: good.aud, JWT_LEEWAY_SECONDS: 0 };
  const claims = { IDP_TENANT_CLAIM: 'tenant', IDP_ROLE_CLAIM: 'role' };
  return new IdentityProviderService({ ...config, ...claims, ...settings } as AppConfig, clock);
}

const sign = (claims: JWTPayload, { alg, privateKey, kid }: Key = rsa): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(privateKey);

const anna = { tenant: 'shop', actor: 'anna', role: 'operator', via: 'token' };

describe('IdentityProviderService', () => {
  it('takes what the provider signed, by RSA and by elliptic curves', async () => {
    for (const key of [rsa, ec]) {
      const token = await sign(good, key);
      expect(provider().isOwnKind(token)).toBe(true);
      await expect(provider().verify(token)).resolves.toEqual({ principal: anna, expiresAtS: good.exp });
    }
  });

  it('reads tenant and role of the claims that the settings name, of several roles the one that may do most', async () => {
    const settings = { IDP_TENANT_CLAIM: 'https://shop.example/org', IDP_ROLE_CLAIM: 'groups' };
    const { sub, exp, iss, aud } = good;
    const token = await sign({
      ...{ sub, exp, iss, aud },
      ...{ 'https://shop.example/org': 'shop', groups: ['everybody', 'viewer', 'operator'] },
    });

    await expect(provider(settings).verify(token)).resolves.toMatchObject({ principal: anna });
  });

  it.each([
    ['of another issuer', { ...good, iss: 'https://login.evil.example' }],
    ['for another audience', { ...good, aud: 'another app' }],
    ['that has ended', { ...good, exp: nowS - 1 }],
    ['without an end', { ...good, exp: undefined }],
    ['without a tenant', { ...good, tenant: undefined }],
    ['whose tenant is no text', { ...good, tenant: ['shop'] }],
    ['without a role', { ...good, role: undefined }],
    ['with a role that is none of ours', { ...good, role: 'boss' }],
    ['that names nobody', { ...good, sub: undefined }],
  ])('refuses one %s, and does not take it for a guess', async (_what, claims) => {
    const refusal = await provider()
      .verify(await sign(claims as JWTPayload))
      .catch((error: unknown) => error);

    expect(refusal).toBeInstanceOf(UnauthenticatedError);
    expect(refusal).not.toBeInstanceOf(GuessedTokenError);
  });

  it('takes one that somebody else signed for a guess', async () => {
    const { privateKey } = await generateKeyPair('RS256');

    await expect(provider().verify(await sign(good, { ...rsa, privateKey }))).rejects.toThrow(GuessedTokenError);
    await expect(provider().verify(await sign(good, { ...rsa, kid: 'unknown' }))).rejects.toThrow(GuessedTokenError);
  });

  it('says that the provider is away, not that the token is wrong', async () => {
    isAway = true;

    await expect(provider().verify(await sign(good))).rejects.toThrow(UnavailableError);
  });

  it('has no part in the tokens of our own secret, nor in any where it is not configured', async () => {
    const own = await new SignJWT(good).setProtectedHeader({ alg: 'HS256' }).sign(new Uint8Array(32));

    expect(provider().isOwnKind(own)).toBe(false);
    expect(provider({ IDP_JWKS_URL: undefined }).isOwnKind(await sign(good))).toBe(false);
    expect(provider().isOwnKind('no.token.at-all')).toBe(false);
  });
});
