import { createHmac, createPublicKey, generateKeyPairSync, sign as signWith, type KeyObject } from 'node:crypto';
import { MovableClock } from '#libs/clock';
import { Secret, type AppConfig } from '../config/index.js';
import { UnauthenticatedError } from '../errors/index.js';
import { GuessedTokenError } from './auth.errors.js';
import type { Role } from './principal.js';
import { TokenService } from './token.service.js';

const secret = 'k7Qm2vX9pLr4Zt8Wc1Yh6Nd3Bf5Gj0Ss';
const clock = new MovableClock(new Date('2026-11-21T12:00:00Z').getTime());
const nowS = clock.now() / 1000;
const good = { sub: 'user-1', role: 'user', exp: nowS + 60 };

function service(settings: Partial<AppConfig> = {}): TokenService {
  return new TokenService(
    { JWT_SECRET: new Secret(secret), JWT_SECRET_PREVIOUS: [], JWT_LEEWAY_SECONDS: 0, ...settings } as AppConfig,
    clock,
  );
}

const person = (role: Role) => ({ tenant: 'user-1', actor: 'user-1', role, via: 'token' });

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as anybody could put one together. */
function forge(header: object, payload: object, key: string | KeyObject | null = secret): string {
  const content = `${encode(header)}.${encode(payload)}`;
  if (key === null) return `${content}.`;
  const signature =
    typeof key === 'string'
      ? createHmac('sha256', key).update(content).digest()
      : signWith('sha256', Buffer.from(content), key);
  return `${content}.${signature.toString('base64url')}`;
}

const hs256 = { alg: 'HS256', typ: 'JWT' };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = createPublicKey(rsa.privateKey).export({ type: 'spki', format: 'pem' }).toString();

describe('TokenService', () => {
  it('takes its own tokens and those of any HS256 library with the same secret', async () => {
    const own = await service().sign({ userId: 'user-1', role: 'admin' }, 60);

    await expect(service().verify(own)).resolves.toEqual(person('admin'));
    await expect(service().verify(forge(hs256, good))).resolves.toEqual(person('owner'));
  });

  it('takes what an earlier secret signed, and signs with the present one alone', async () => {
    const earlier = 'b7Qm2vX9pLr4Zt8Wc1Yh6Nd3Bf5Gj0Sz';
    const rotated = service({ JWT_SECRET_PREVIOUS: [new Secret('another-one-before-that'), new Secret(earlier)] });
    const old = forge(hs256, good, earlier);

    await expect(rotated.verify(old)).resolves.toEqual(person('owner'));
    await expect(rotated.verify(forge(hs256, good))).resolves.toEqual(person('owner'));
    await expect(rotated.verify(forge(hs256, { ...good, exp: nowS - 1 }, earlier))).rejects.toThrow(
      UnauthenticatedError,
    );
    await expect(rotated.verify(forge(hs256, good, 'nobody’s secret'))).rejects.toThrow(GuessedTokenError);
    await expect(service().verify(await rotated.sign({ userId: 'user-1', role: 'admin' }, 60))).resolves.toEqual(
      person('admin'),
    );
    await expect(service().verify(old)).rejects.toThrow(GuessedTokenError);
  });

  it('takes a token whose signer’s clock is some seconds off, as far as the setting says', async () => {
    const skewed = { early: { ...good, nbf: nowS + 3, iat: nowS + 3 }, late: { ...good, exp: nowS - 3 } };
    const tooFar = { early: { ...good, nbf: nowS + 6 }, late: { ...good, exp: nowS - 6 } };
    const lenient = service({ JWT_LEEWAY_SECONDS: 5 });

    for (const claims of Object.values(skewed)) {
      await expect(lenient.verify(forge(hs256, claims))).resolves.toMatchObject({ tenant: 'user-1', actor: 'user-1' });
      await expect(service().verify(forge(hs256, claims))).rejects.toBeInstanceOf(UnauthenticatedError);
    }
    for (const claims of Object.values(tooFar))
      await expect(lenient.verify(forge(hs256, claims))).rejects.toBeInstanceOf(UnauthenticatedError);
  });

  it('gives the role user to a token that names none', async () => {
    await expect(service().verify(forge(hs256, { sub: 'user-1', exp: nowS + 60 }))).resolves.toMatchObject({
      role: 'owner',
    });
  });

  it('tells the person from the tenant where a token names both', async () => {
    const anna = forge(hs256, { ...good, sub: 'anna', tenant: 'shop', role: 'viewer' });
    const own = await service().sign({ userId: 'anna', tenant: 'shop', role: 'operator' }, 60);

    const named = { tenant: 'shop', actor: 'anna', via: 'token' };
    await expect(service().verify(anna)).resolves.toEqual({ ...named, role: 'viewer' });
    await expect(service().verify(own)).resolves.toEqual({ ...named, role: 'operator' });
  });

  it.each<[string, string]>([
    ['with an operator for a tenant', forge(hs256, { ...good, tenant: { $ne: '' } })],
    ['with an empty tenant', forge(hs256, { ...good, tenant: '' })],
    ['without a signature, alg none', forge({ alg: 'none' }, good, null)],
    ['with alg none in other letters', forge({ alg: 'nOnE' }, good, null)],
    ['with alg none and a signature', forge({ alg: 'none' }, good)],
    ['signed with RS256', forge({ alg: 'RS256' }, good, rsa.privateKey)],
    ['signed as HS256 with a public key for a secret', forge(hs256, good, publicPem)],
    ['that says HS512', forge({ alg: 'HS512' }, good)],
    ['with another secret', forge(hs256, good, 'another-secret-of-the-same-length')],
    ['with an empty secret', forge(hs256, good, '')],
    ['whose key lies at an address it names', forge({ ...hs256, jku: 'https://evil.example/keys' }, good, 'evil')],
    ['that brings its key along', forge({ ...hs256, jwk: { kty: 'oct', k: encode({ a: 1 }) } }, good, 'evil')],
    ['with an unknown critical header', forge({ ...hs256, crit: ['x'], x: 1 }, good)],
    ['without exp', forge(hs256, { sub: 'user-1', role: 'user' })],
    ['with exp as a text', forge(hs256, { ...good, exp: String(nowS + 60) })],
    ['that expired a second ago', forge(hs256, { ...good, exp: nowS - 1 })],
    ['not valid before tomorrow', forge(hs256, { ...good, nbf: nowS + 86_400 })],
    ['without sub', forge(hs256, { role: 'user', exp: nowS + 60 })],
    ['with an empty sub', forge(hs256, { ...good, sub: '' })],
    ['with an operator for a sub', forge(hs256, { ...good, sub: { $ne: '' } })],
    ['with a sub of 201 characters', forge(hs256, { ...good, sub: 'x'.repeat(201) })],
    ['with a role that is none', forge(hs256, { ...good, role: 'root' })],
    ['with a list of roles', forge(hs256, { ...good, role: ['admin'] })],
    ['whose payload was changed', forge(hs256, good).replace(/\.[^.]+\./, `.${encode({ ...good, role: 'admin' })}.`)],
    ['that is no JSON', `${encode(hs256)}.bm90IGpzb24.${'a'.repeat(43)}`],
    ['that is empty', ''],
  ])('refuses a token %s, always in the same words', async (_what, token) => {
    const refused = service().verify(token);

    await expect(refused).rejects.toThrow(UnauthenticatedError);
    await expect(refused).rejects.toThrow('The Bearer token is missing, expired or not valid.');
  });

  describe('where an issuer and an audience are set', () => {
    const strict = service({ JWT_ISSUER: 'https://id.example.com', JWT_AUDIENCE: 'dm-api' });
    const both = { ...good, iss: 'https://id.example.com', aud: 'dm-api' };

    it('takes a token of that issuer for that audience, and its own', async () => {
      await expect(strict.verify(forge(hs256, both))).resolves.toMatchObject({ tenant: 'user-1', actor: 'user-1' });
      await expect(strict.verify(await strict.sign({ userId: 'u', role: 'user' }, 60))).resolves.toBeTruthy();
    });

    it.each([
      ['another issuer', { ...both, iss: 'https://id.example.com.evil.example' }],
      ['no issuer', { ...good, aud: 'dm-api' }],
      ['another audience', { ...both, aud: 'billing-api' }],
      ['no audience', { ...good, iss: 'https://id.example.com' }],
    ])('refuses %s', async (_what, payload) => {
      await expect(strict.verify(forge(hs256, payload))).rejects.toThrow(UnauthenticatedError);
    });
  });

  it('lets a token live as long as it was made for, by the clock of the process', async () => {
    const moving = new MovableClock(clock.now());
    const tokens = new TokenService(
      { JWT_SECRET: new Secret(secret), JWT_SECRET_PREVIOUS: [] as Secret[] } as AppConfig,
      moving,
    );
    const token = await tokens.sign({ userId: 'user-1', role: 'user' }, 60);
    moving.advance(59_000);
    await expect(tokens.verify(token)).resolves.toBeTruthy();

    moving.advance(2_000);

    await expect(tokens.verify(token)).rejects.toThrow(UnauthenticatedError);
  });

  it.each([
    ['of ours that has expired', forge(hs256, { ...good, exp: nowS - 1 }), false],
    ['of ours that names no user', forge(hs256, { exp: nowS + 60 }), false],
    ['signed with another secret', forge(hs256, { ...good, exp: nowS - 1 }, 'another-secret-of-the-same-length'), true],
    ['without a signature', forge({ alg: 'none' }, good, null), true],
    ['that is no token', 'aaaa.bbbb.cccc', true],
  ])('tells whether somebody guesses: one %s', async (_what, token, isGuess) => {
    const refusal: unknown = await service()
      .verify(token)
      .catch((error: unknown) => error);

    expect(refusal instanceof GuessedTokenError).toBe(isGuess);
  });

  describe('a token for the queue dashboard', () => {
    const purpose = 'queue dashboard';

    it('opens the queue dashboard and nothing else, and no other token opens it, whichever was seen before', async () => {
      const tokens = service();
      const bearer = await tokens.sign({ userId: 'admin', role: 'admin' }, 60);
      const { token: session, principal } = await tokens.exchange(bearer, purpose, 60);

      expect(principal).toEqual({ tenant: 'admin', actor: 'admin', role: 'admin', via: 'token' });
      for (let n = 0; n < 2; n++) {
        await expect(tokens.verify(session, purpose)).resolves.toEqual(principal);
        await expect(tokens.verify(session)).rejects.toThrow(UnauthenticatedError);
        await expect(tokens.verify(bearer)).resolves.toEqual(principal);
        await expect(tokens.verify(bearer, purpose)).rejects.toThrow(UnauthenticatedError);
      }
    });

    it('can not be exchanged for another', async () => {
      const { token: session } = await service().exchange(forge(hs256, good), purpose, 60);

      await expect(service().exchange(session, purpose, 60)).rejects.toThrow(UnauthenticatedError);
    });

    it.each([
      [3_600, 60],
      [20, 20],
    ])('that may live %i s lives %i s when the one it comes from has a minute left', async (mayS, livesS) => {
      const moving = new MovableClock(clock.now());
      const tokens = new TokenService(
        { JWT_SECRET: new Secret(secret), JWT_SECRET_PREVIOUS: [] as Secret[] } as AppConfig,
        moving,
      );
      const session = await tokens.exchange(forge(hs256, good), purpose, mayS);
      expect(session.ttlS).toBe(livesS);

      moving.advance(livesS * 1000 - 1000);
      await expect(tokens.verify(session.token, purpose)).resolves.toBeTruthy();
      moving.advance(2_000);
      await expect(tokens.verify(session.token, purpose)).rejects.toThrow(UnauthenticatedError);
    });
  });

  it('remembers a good token, and takes no other for it', async () => {
    const tokens = service();
    const token = await tokens.sign({ userId: 'user-1', role: 'user' }, 60);
    await tokens.verify(token);
    const [head = '', payload = '', signature = ''] = token.split('.');
    const asAdmin = encode({ ...good, role: 'admin' });

    await expect(tokens.verify(token)).resolves.toEqual(person('owner'));
    await expect(tokens.verify(`${head}.${asAdmin}.${signature}`)).rejects.toThrow(UnauthenticatedError);
    await expect(tokens.verify(`${head}.${payload}.${'A'.repeat(43)}`)).rejects.toThrow(UnauthenticatedError);
    await expect(tokens.verify(`${head}.${payload}.`)).rejects.toThrow(UnauthenticatedError);
  });
});
