import { graphFixture } from '../../test/fixtures/graph-fixtures.js';
import { GraphServer } from '../../test/support/graph-server.js';
import { GraphClient, isTokenTooYoung, type GraphToken } from './index.js';

const app = { clientId: 'app-1', clientSecret: 'app-secret' };
const redirectUri = 'https://shop.example.com/accounts/oauth/callback';
const igToken: GraphToken = { login: 'instagram', accessToken: 'IGAA-short' };
const fbToken: GraphToken = { login: 'facebook', accessToken: 'EAA-short' };

let server: GraphServer;
let client: GraphClient;

beforeAll(async () => {
  server = await GraphServer.start();
  client = new GraphClient({
    instagramUrl: `${server.url}/ig`,
    facebookUrl: `${server.url}/fb`,
    version: 'v24.0',
    oauth: {
      instagramUrl: `${server.url}/www-ig`,
      instagramTokenUrl: `${server.url}/api-ig`,
      facebookUrl: `${server.url}/www-fb`,
    },
  });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const json = (body: unknown) => ({ body: JSON.stringify(body) });
const form = (): Record<string, string> => Object.fromEntries(new URLSearchParams(server.last.body));

describe('the dialog', () => {
  const request = { clientId: 'app-1', redirectUri, state: 'a b&c', scopes: ['one', 'two'] };

  it('is Instagram’s or Facebook’s', () => {
    const meta = new GraphClient({ version: 'v24.0' });
    const instagram = new URL(meta.authorizeUrl('instagram', request));
    const facebook = new URL(meta.authorizeUrl('facebook', { ...request, extra: { config_id: '7', state: 'x' } }));

    expect(instagram.origin + instagram.pathname).toBe('https://www.instagram.com/oauth/authorize');
    expect(Object.fromEntries(instagram.searchParams)).toEqual({
      ...{ client_id: 'app-1', redirect_uri: redirectUri, response_type: 'code', state: 'a b&c', scope: 'one,two' },
    });
    expect(facebook.origin + facebook.pathname).toBe('https://www.facebook.com/v24.0/dialog/oauth');
    expect(Object.fromEntries(facebook.searchParams)).toMatchObject({ config_id: '7', state: 'a b&c' });
  });

  it('is where a local stand-in serves it', () => {
    expect(client.authorizeUrl('facebook', request)).toMatch(`${server.url}/www-fb/v24.0/dialog/oauth?`);
  });
});

describe('a code', () => {
  it('becomes a token, whatever form Instagram answers in', async () => {
    server.behave(
      'oauth-short-data',
      'oauth-short-numeric',
      json({ access_token: 'IGAA', user_id: '1', permissions: ['a', ' b '] }),
    );
    const exchange = () => client.exchangeCode('instagram', { ...app, redirectUri, code: 'abc' });

    expect(await exchange()).toMatchObject({
      ...{ accessToken: 'EAACEdEose0...', userId: '1020...' },
      permissions: expect.arrayContaining(['instagram_business_basic', 'instagram_business_manage_messages']),
    });
    expect(await exchange()).toEqual({
      ...{ accessToken: 'short-token', userId: '17841467109118741', permissions: ['instagram_business_basic'] },
    });
    expect(await exchange()).toEqual({ accessToken: 'IGAA', userId: '1', permissions: ['a', 'b'] });
  });

  it.each([
    ['absent', {}, undefined],
    ['null', { permissions: null }, undefined],
    ['an empty text', { permissions: '' }, undefined],
    ['an empty list', { permissions: [] }, undefined],
    ['text with commas', { permissions: 'a, b' }, ['a', 'b']],
    ['text with spaces', { permissions: 'a b' }, ['a', 'b']],
    ['a list of such texts', { permissions: ['a,b'] }, ['a', 'b']],
    [
      'objects',
      {
        permissions: [
          { permission: 'a', status: 'granted' },
          { permission: 'b', status: 'declined' },
        ],
      },
      ['a'],
    ],
    ['objects in data', { permissions: { data: [{ permission: 'a' }, { permission: 'b' }] } }, ['a', 'b']],
    ['called scopes', { scopes: ['a'] }, ['a']],
    ['called scope', { scope: 'a,b' }, ['a', 'b']],
  ])('tells its permissions when they are %s', async (_form, told, permissions) => {
    server.behave(json({ access_token: 'IGAA', user_id: 1, ...told }));

    const grant = await client.exchangeCode('instagram', { ...app, redirectUri, code: 'abc' });

    expect(grant).toEqual({ accessToken: 'IGAA', userId: '1', ...(permissions ? { permissions } : {}) });
  });

  it.each([
    [5_184_000, 5_184_000],
    ['5184000', 5_184_000],
    [' 5184000 ', 5_184_000],
    ['5183944.9', 5_183_944],
    [5_183_944.9, 5_183_944],
    [0, undefined],
    ['0', undefined],
    [-1, undefined],
    [null, undefined],
    ['', undefined],
    ['never', undefined],
    [9_007_199_254_740_991, undefined],
  ])('lives as long as expires_in %p says', async (told, expiresInS) => {
    server.behave(json({ access_token: 'IGAA', expires_in: told }));

    expect((await client.refresh('IGAA-old')).expiresInS).toBe(expiresInS);
  });

  it('loses what Instagram puts behind it, and goes to the host of its login as a form', async () => {
    const code = graphFixture<{ redirect: string }>('oauth-code-suffix').redirect.split('code=')[1] ?? '';
    expect(code).toMatch(/#_$/);
    server.behave('oauth-short-data');

    await client.exchangeCode('instagram', { ...app, redirectUri, code });
    expect(server.last).toMatchObject({ method: 'POST', path: '/api-ig/oauth/access_token', query: {} });
    expect(server.last.headers.authorization).toBeUndefined();
    expect(form()).toEqual({
      ...{
        client_id: 'app-1',
        client_secret: 'app-secret',
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
      },
      code: 'abcdefghijklmnopqrstuvwxyz',
    });

    server.behave(json({ access_token: 'EAA', token_type: 'bearer', expires_in: 5100 }));
    const grant = await client.exchangeCode('facebook', { ...app, redirectUri, code: 'abc#_=_' });
    expect(server.last).toMatchObject({ method: 'POST', path: '/fb/v24.0/oauth/access_token', query: {} });
    expect(form()).toMatchObject({ client_secret: 'app-secret', code: 'abc' });
    expect(grant).toEqual({ accessToken: 'EAA', expiresInS: 5100 });
  });

  it('may be used up, which Instagram says in a form of its own', async () => {
    server.behave('oauth-error');

    await expect(client.exchangeCode('instagram', { ...app, redirectUri, code: 'abc' })).rejects.toMatchObject({
      ...{ name: 'GraphApiError', message: 'Matching code was not found or was already used' },
      ...{ type: 'OAuthException', httpStatus: 400, code: undefined, route: 'exchange_code' },
    });
  });
});

describe('a short-lived token', () => {
  it('becomes a long-lived one, on the host of its login', async () => {
    server.behave('oauth-long');

    expect(await client.exchangeLongLived(igToken, app)).toMatchObject({ expiresInS: 5183944 });
    expect(server.last).toMatchObject({
      ...{ method: 'GET', path: '/ig/access_token' },
      query: { grant_type: 'ig_exchange_token', client_secret: 'app-secret', access_token: 'IGAA-short' },
    });

    await client.exchangeLongLived(fbToken, app);
    expect(server.last).toMatchObject({ method: 'POST', path: '/fb/v24.0/oauth/access_token', query: {} });
    expect(form()).toEqual({
      ...{ grant_type: 'fb_exchange_token', client_id: 'app-1', client_secret: 'app-secret' },
      fb_exchange_token: 'EAA-short',
    });
  });

  it('may get its seconds as a string', async () => {
    server.behave('oauth-expires-string');

    expect(await client.exchangeLongLived(igToken, app)).toMatchObject({ expiresInS: 5_184_000 });
  });
});

describe('a long-lived token', () => {
  it('is renewed', async () => {
    server.behave('oauth-refresh');

    expect(await client.refresh('IGAA-long')).toEqual({
      ...{ accessToken: 'new_refreshed_token', expiresInS: 5_184_000 },
    });
    expect(server.last).toMatchObject({
      ...{ path: '/ig/refresh_access_token' },
      query: { grant_type: 'ig_refresh_token', access_token: 'IGAA-long' },
    });
  });

  it('is too young for a day, which can be told from other refusals', async () => {
    server.behave('oauth-refresh-too-young');
    expect(isTokenTooYoung(await client.refresh('IGAA-long').catch((error: unknown) => error))).toBe(true);

    server.behave('err-190-expired');
    expect(isTokenTooYoung(await client.refresh('IGAA-long').catch((error: unknown) => error))).toBe(false);
  });

  it('is not taken from an answer without one', async () => {
    server.behave(json({ expires_in: 1 }));

    await expect(client.refresh('IGAA-long')).rejects.toMatchObject({ reason: 'unreadable' });
  });
});

describe('what Meta knows of a token', () => {
  it('is asked for with the app’s own token', async () => {
    server.behave(
      json({
        data: {
          ...{ app_id: '1', type: 'PAGE', is_valid: true, user_id: '2', profile_id: '3', scopes: ['a'] },
          ...{ expires_at: 0, data_access_expires_at: 1769000000 },
        },
      }),
    );

    expect(await client.debugToken('EAA-long', app)).toEqual({
      ...{ isValid: true, type: 'PAGE', appId: '1', userId: '2', profileId: '3', scopes: ['a'] },
      dataAccessExpiresAt: 1_769_000_000_000,
    });
    expect(server.last).toMatchObject({
      ...{ path: '/fb/v24.0/debug_token' },
      query: { input_token: 'EAA-long', access_token: 'app-1|app-secret' },
    });
  });

  it('may be that it is no good, in words that don’t repeat it', async () => {
    const error = { code: 190, subcode: 463, message: 'Malformed: EAA-long' };
    server.behave(json({ data: { is_valid: false, error } }));

    expect(await client.debugToken('EAA-long', app)).toEqual({
      ...{ isValid: false, scopes: [], error: { code: 190, subcode: 463, message: 'Malformed: [redacted]' } },
    });
  });

  it('tells granted permissions from declined ones', async () => {
    const data = [
      { permission: 'a', status: 'granted' },
      { permission: 'b', status: 'declined' },
      { permission: 'c', status: 'expired' },
    ];
    server.behave(json({ data }));

    expect(await client.getPermissions(fbToken)).toEqual({ granted: ['a'], declined: ['b', 'c'] });
  });
});
