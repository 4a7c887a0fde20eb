import { startSandbox, type FaultMode, type FaultSwitch, type GraphErrorName, type Sandbox } from '#libs/sandbox';
import { classifyGraphFailure, GraphClient, isGraphError, verifySignedRequest } from './index.js';
import type { GraphAccess, GraphClientOptions, GraphFailureKind, GraphLogin } from './index.js';

const appSecret = 'secret-of-the-sandbox';

let sandbox: Sandbox;
let client: GraphClient;

beforeAll(async () => {
  sandbox = await startSandbox({ appSecret, shapes: { me: 'data', shortToken: 'numeric', expiresIn: 'string' } });
  client = clientOf();
});
afterAll(async () => {
  await client.close();
  await sandbox.stop();
});

function clientOf(options: GraphClientOptions = {}): GraphClient {
  const { env } = sandbox;
  return new GraphClient({
    instagramUrl: env.GRAPH_INSTAGRAM_URL,
    facebookUrl: env.GRAPH_FACEBOOK_URL,
    oauth: {
      instagramUrl: env.INSTAGRAM_OAUTH_URL,
      instagramTokenUrl: env.INSTAGRAM_TOKEN_URL,
      facebookUrl: env.FACEBOOK_OAUTH_URL,
    },
    timeoutMs: 2_000,
    ...options,
  });
}

function accessOf(login: GraphLogin): GraphAccess {
  const { igId, tokens } = sandbox.account;
  return { login, igId, accessToken: login === 'instagram' ? tokens.instagram : tokens.page };
}

describe.each<GraphLogin>(['instagram', 'facebook'])('a conversation over %s', (login) => {
  it('is answered, found again and read', async () => {
    const access = accessOf(login);
    const person = sandbox.customer.idFor(sandbox.account, login);
    sandbox.customer.sendText('Is it open?');

    await client.senderAction(access, person, { action: 'typing_on' });
    const sent = await client.sendMessage(access, person, `Yes, over ${login}`);

    expect(sent.recipientId).toBe(person);
    const conversation = await client.findConversation(access, person);
    const { items } = await client.getMessages(access, conversation?.id ?? '');
    expect(items[0]).toMatchObject({ id: sent.messageId, from: { id: access.igId }, text: `Yes, over ${login}` });
    expect(await client.getMessage(access, sent.messageId)).toMatchObject({ id: sent.messageId });
    expect(await client.getUserProfile(access, person)).toMatchObject({ username: sandbox.customer.username });
  });

  it('is listed, and walked to its end', async () => {
    const ids = new Set<string>();
    for await (const { id } of client.eachConversation(accessOf(login), { limit: 1 })) ids.add(id);

    expect(ids.size).toBeGreaterThan(0);
  });

  it('is subscribed without the field that Meta refuses', async () => {
    const result = await client.subscribe(accessOf(login), ['messages', 'no_such_field', 'messaging_postbacks']);

    expect(result).toEqual({ accepted: ['messages', 'messaging_postbacks'], refused: ['no_such_field'] });
    const [subscription] = await client.getSubscriptions(accessOf(login));
    expect(subscription?.fields).toEqual(result.accepted);
    await client.unsubscribe(accessOf(login));
    expect(await client.getSubscriptions(accessOf(login))).toEqual([]);
  });
});

describe('logging in', () => {
  const redirectUri = 'https://shop.example.com/callback';

  const codeOf = (login: GraphLogin): string => {
    const scopes = login === 'instagram' ? ['instagram_business_basic'] : ['pages_show_list'];
    const dialog = client.authorizeUrl(login, { clientId: '1', redirectUri, state: 's', scopes });
    return sandbox.decide(dialog).split('code=')[1]?.split('&')[0] ?? '';
  };

  it('ends with a long-lived token of the account, over Instagram', async () => {
    const app = { clientId: '1', clientSecret: appSecret };

    const short = await client.exchangeCode('instagram', { ...app, redirectUri, code: codeOf('instagram') });
    const long = await client.exchangeLongLived({ login: 'instagram', accessToken: short.accessToken }, app);
    const me = await client.getMe({ login: 'instagram', accessToken: long.accessToken });

    expect(short.userId).toBe(sandbox.account.igId);
    expect(long.expiresInS).toBeGreaterThan(50 * 86_400);
    expect(me).toMatchObject({ userId: sandbox.account.igId, id: sandbox.account.appScopedId });
  });

  it('ends with the Pages of a person, over Facebook', async () => {
    const app = { clientId: '1', clientSecret: appSecret };

    const short = await client.exchangeCode('facebook', { ...app, redirectUri, code: codeOf('facebook') });
    const long = await client.exchangeLongLived({ login: 'facebook', accessToken: short.accessToken }, app);
    const token = { login: 'facebook', accessToken: long.accessToken } as const;
    const pages = await client.getPages(token);

    expect(pages[0]).toMatchObject({ id: sandbox.account.pageId, instagram: { id: sandbox.account.igId } });
    expect(await client.debugToken(long.accessToken, app)).toMatchObject({ isValid: true });
    expect((await client.getPermissions(token)).granted).toContain('pages_show_list');
    const own = await client.getOwnPage({ login: 'facebook', accessToken: pages[0]?.accessToken ?? '' });
    expect(own.instagram?.id).toBe(sandbox.account.igId);
  });

  it('ends one day with a signed request', () => {
    const opened = verifySignedRequest(sandbox.signedRequest('42'), [appSecret]);
    expect(opened).toMatchObject({ ok: true, payload: { user_id: '42' } });
  });
});

describe('what goes wrong', () => {
  const failing = async (
    fault: Pick<FaultSwitch, 'mode' | 'error'>,
    options?: GraphClientOptions,
  ): Promise<GraphFailureKind> => {
    const failingClient = clientOf(options);
    sandbox.faults.add({ route: 'send', count: 1, ...fault });
    try {
      const call = failingClient.sendMessage(accessOf('instagram'), sandbox.customer.id, 'Hello');
      const error = await call.catch((thrown: unknown) => thrown);
      if (!isGraphError(error)) throw new Error('It did not fail as it should.');
      return classifyGraphFailure(error).kind;
    } finally {
      sandbox.faults.clear();
      await failingClient.close();
    }
  };

  it.each<[GraphErrorName, GraphFailureKind]>([
    ['app_rate_limit', 'rate_limited'],
    ['transient', 'temporary'],
    ['sent_but_error', 'outcome_unknown'],
    ['window_closed', 'outside_window'],
    ['page_window_closed', 'outside_window'],
    ['no_permission', 'permission'],
    ['account_restricted', 'blocked'],
    ['blocked_api', 'blocked'],
    ['policy_block', 'blocked'],
    ['no_user', 'no_recipient'],
    ['bad_parameter', 'bad_request'],
    ['token_revoked', 'token_invalid'],
    ['session_invalid', 'token_invalid'],
    ['missing_scope', 'permission'],
    ['unavailable', 'person_unavailable'],
  ])('%s is %s', async (error, kind) => expect(await failing({ mode: 'error', error })).toBe(kind));

  it.each<FaultMode>(['timeout_after_acting', 'reset_after_acting', 'drop_answer', 'no_id', 'hang', 'refuse'])(
    'after %s nobody knows whether it was sent',
    async (mode) => expect(await failing({ mode }, { timeoutMs: 200 })).toBe('outcome_unknown'),
  );
});
