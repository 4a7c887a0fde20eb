import { createHmac } from 'node:crypto';
import { MovableClock } from '#libs/clock';
import { startSandbox } from './index.js';
import type { Sandbox } from './index.js';
import { GraphCaller } from './testing/graph-caller.js';

const DAY_MS = 86_400_000;
const redirectUri = 'https://shop.example/accounts/oauth/instagram/callback';

interface Answer {
  status: number;
  body: Record<string, unknown> & { error?: { code: number; error_subcode?: number; message: string } };
}

describe('logins, tokens and their ends', () => {
  let sandbox: Sandbox;
  const clock = new MovableClock(1_800_000_000_000);

  beforeEach(async () => {
    sandbox = await startSandbox({ appSecret: 'ig-secret', metaAppSecret: 'fb-secret', clock });
  });

  afterEach(() => sandbox.stop());

  const ask = async (url: string, query: Record<string, string>): Promise<Answer> => {
    const response = await fetch(`${url}?${new URLSearchParams(query).toString()}`);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const dialog = (login: string, scope = '') =>
    `${login}?${new URLSearchParams({ client_id: 'app', redirect_uri: redirectUri, scope, state: 'st-1' }).toString()}`;
  const instagramDialog = (scope?: string) => dialog(`${sandbox.env.INSTAGRAM_OAUTH_URL}/oauth/authorize`, scope);
  const redeem = async (code: string, uri = redirectUri) => {
    const form = {
      client_id: 'app',
      client_secret: 'ig-secret',
      grant_type: 'authorization_code',
      redirect_uri: uri,
      code,
    };
    const url = `${sandbox.env.INSTAGRAM_TOKEN_URL}/oauth/access_token`;
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    return { status: response.status, text: await response.text() };
  };

  it('lead through the dialog to a short-lived and then a long-lived token', async () => {
    const back = new URL(sandbox.decide(instagramDialog('instagram_business_basic')));
    expect(back.hash).toBe('#_');
    expect(back.searchParams.get('state')).toBe('st-1');

    const { text } = await redeem(back.searchParams.get('code') as string);
    const short = (JSON.parse(text) as { data: { access_token: string; permissions: string }[] }).data[0];
    expect(short?.permissions).toBe('instagram_business_basic');
    const exchange = {
      grant_type: 'ig_exchange_token',
      client_secret: 'ig-secret',
      access_token: short?.access_token ?? '',
    };
    const long = await ask(`${sandbox.instagramUrl}/access_token`, exchange);

    expect(long.body).toMatchObject({ token_type: 'bearer', expires_in: 60 * 86_400 });
    const { body } = await ask(`${sandbox.instagramUrl}/me`, {
      fields: 'user_id',
      access_token: String(long.body.access_token),
    });
    expect(body.user_id).toBe(sandbox.account.igId);
  });

  it('take a code once, for an hour, for the redirect it was given to', async () => {
    const code = () => new URL(sandbox.decide(instagramDialog())).searchParams.get('code') as string;
    const used = code();
    expect((await redeem(used)).status).toBe(200);
    expect((await redeem(used)).text).toContain('Matching code was not found or was already used');
    expect((await redeem(code(), 'https://elsewhere.example/')).text).toContain('redirect_uri');

    const old = code();
    clock.advance(3_600_000);
    expect(JSON.parse((await redeem(old)).text)).toMatchObject({ error_type: 'OAuthException', code: 400 });
  });

  it('come back with a refusal when the person declines', () => {
    const back = new URL(sandbox.decide(instagramDialog(), { decline: true }));

    expect(Object.fromEntries(back.searchParams)).toMatchObject({ error: 'access_denied', state: 'st-1' });
  });

  it('show a dialog whose form does the same', async () => {
    const page = await (await fetch(instagramDialog('instagram_business_basic'))).text();
    expect(page).toContain('@juniperandpine');
    const fields = new URLSearchParams({ login: 'instagram', client_id: 'app', redirect_uri: redirectUri });
    fields.append('account', '17841467109118741');
    fields.append('decision', 'allow');

    const url = `${sandbox.url}/sandbox/oauth/decide`;
    const answer = await fetch(url, { method: 'POST', body: fields, redirect: 'manual' });

    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/callback\?code=AQ/);
    expect((await fetch(`${sandbox.env.INSTAGRAM_OAUTH_URL}/oauth/authorize`)).status).toBe(400);
  });

  it('answer with a bare number beyond 2^53 as id, when told so', async () => {
    sandbox.context.shapes.shortToken = 'numeric';
    const decision = { accounts: ['17841467109118741'] };
    const code = new URL(sandbox.decide(instagramDialog(), decision)).searchParams.get('code') as string;

    expect((await redeem(code)).text).toContain('"user_id":17841467109118741,');
  });

  it('offer the ticked pages, each with its own token', async () => {
    const url = `${sandbox.env.FACEBOOK_OAUTH_URL}/v24.0/dialog/oauth`;
    const code = new URL(sandbox.decide(dialog(url))).searchParams.get('code') as string;
    const app = { client_id: 'app', client_secret: 'fb-secret' };
    const user = await ask(`${sandbox.facebookUrl}/v24.0/oauth/access_token`, {
      ...app,
      redirect_uri: redirectUri,
      code,
    });
    const long = await ask(`${sandbox.facebookUrl}/oauth/access_token`, {
      ...app,
      grant_type: 'fb_exchange_token',
      fb_exchange_token: String(user.body.access_token),
    });

    const { body } = await ask(`${sandbox.facebookUrl}/me/accounts`, {
      fields: 'id,name,access_token,instagram_business_account{id,username}',
      access_token: String(long.body.access_token),
    });

    const pages = body.data as { access_token: string; instagram_business_account: unknown }[];
    expect(pages.map((page) => page.instagram_business_account)).toEqual(
      sandbox.accounts.map(({ igId, username }) => ({ id: igId, username })),
    );
    const { body: me } = await ask(`${sandbox.facebookUrl}/me`, { access_token: pages[0]?.access_token ?? '' });
    expect(me.id).toBe(sandbox.account.pageId);
    const wrong = await ask(`${sandbox.facebookUrl}/me/accounts`, { access_token: pages[0]?.access_token ?? '' });
    expect(wrong.body.error).toMatchObject({ code: 100 });
  });

  it('refresh a token once it is a day old, into a new one, until it has expired', async () => {
    const refresh = (token: string) =>
      ask(`${sandbox.instagramUrl}/refresh_access_token`, { grant_type: 'ig_refresh_token', access_token: token });
    const token = sandbox.account.accessToken;
    expect((await refresh(token)).body.error?.message).toContain('less than 24 hours old');

    clock.advance(DAY_MS);
    const renewed = String((await refresh(token)).body.access_token);
    expect(renewed).not.toBe(token);

    clock.advance(59 * DAY_MS);
    expect((await refresh(token)).body.error).toMatchObject({ code: 190, error_subcode: 463 });
    expect((await refresh(renewed)).status).toBe(200);
  });

  it('end when they are revoked, and say 190 in the words for each case', async () => {
    const graph = new GraphCaller(sandbox);
    sandbox.account.revokeTokens();
    expect((await graph.get('/me')).body.error).toMatchObject({ code: 190, error_subcode: 460 });

    const me = (token: string) => ask(`${sandbox.instagramUrl}/me`, { access_token: token });
    expect((await me('v1:ciphertext:abc')).body.error?.message).toContain('Cannot parse access token');
    expect((await me(sandbox.account.tokens.page)).body.error?.message).toContain('Cannot parse access token');
    expect((await me(sandbox.account.issueToken())).status).toBe(200);
    expect((await ask(`${sandbox.instagramUrl}/me`, {})).body.error).toMatchObject({ code: 104 });
  });

  it('sign the requests of the deauthorize and deletion callbacks', () => {
    const [signature, payload] = sandbox.signedRequest('28015783988105112').split('.') as [string, string];

    expect(signature).toBe(createHmac('sha256', 'ig-secret').update(payload).digest('base64url'));
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ user_id: '28015783988105112' });
  });
});
