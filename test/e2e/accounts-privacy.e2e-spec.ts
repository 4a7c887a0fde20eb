import { randomBytes } from 'node:crypto';
import mongoose from 'mongoose';
import { signRequest } from '#libs/graph-api';
import { ErasuresRepository, PrivacyService, TokenVaultService } from '../../src/accounts/index.js';
import { startTestApp, tenant, type TestApp } from '../support/test-app.js';
import { useServices } from '../support/services.js';

const previousSecret = 'the-secret-before-this-one';
const encryptionKey = randomBytes(32).toString('base64');

describe('Meta’s privacy callbacks', () => {
  const services = useServices();
  let app: TestApp;
  let mongo: mongoose.mongo.MongoClient;
  const stored = (id: string) =>
    mongo
      .db(services.databaseName)
      .collection('accounts')
      .findOne({ _id: new mongoose.Types.ObjectId(id) });

  beforeAll(async () => {
    mongo = await mongoose.mongo.MongoClient.connect(services.databaseUrl);
    app = await startTestApp({
      services,
      env: { ROLE: 'api', APP_SECRET_PREVIOUS: previousSecret, ENCRYPTION_KEY: encryptionKey },
    });
  });
  afterAll(async () => {
    await app.stop();
    await mongo.close();
  });

  const post = async (path: string, signedRequest: string) =>
    (await app.call(null)).post(path).type('form').send({ signed_request: signedRequest });

  it('wipes the token of who removed the app and makes no more calls for them', async () => {
    const id = await app.connect();
    const answer = await post('/meta/deauthorize', app.sandbox.signedRequest(app.sandbox.account.appScopedId));
    expect(answer.body).toEqual({ success: true });
    expect(await stored(id)).toMatchObject({ status: 'disabled', released: true });
    expect(await stored(id)).not.toHaveProperty('access_token');
    const calls = app.sandbox.calls.length;
    await expect(app.get(TokenVaultService).accessFor(id)).rejects.toMatchObject({ reason: 'account_disabled' });
    const lookUp = await (await app.call()).get(`/accounts/${id}/conversations`);
    expect(lookUp.status).toBe(409);
    expect(app.sandbox.calls).toHaveLength(calls);
  });

  it.each(['deauthorize', 'data-deletion'])(
    'leaves alone what was connected again when the same /meta/%s comes once more',
    async (name) => {
      await app.connect();
      const signed = app.sandbox.signedRequest(app.sandbox.account.appScopedId);
      const first = await post(`/meta/${name}`, signed);
      const id = await app.connect();

      const again = await post(`/meta/${name}`, signed);

      expect([again.status, again.body]).toEqual([200, first.body]);
      expect(await stored(id)).toMatchObject({ status: 'active', released: false });
      expect(await stored(id)).toHaveProperty('access_token');
    },
  );

  it.each(['deauthorize', 'data-deletion'])(
    'leaves alone what was connected after a /meta/%s that nobody had seen yet was issued',
    async (name) => {
      const id = await app.connect();
      const { appScopedId } = app.sandbox.account;
      const connectedAt = (await stored(id))?.['connected_at'] as Date;
      const sign = (secondsAfter: number) => {
        const issuedAt = Math.floor(connectedAt.getTime() / 1000) + secondsAfter;
        return signRequest({ user_id: appScopedId, issued_at: issuedAt, name }, previousSecret);
      };

      expect((await post(`/meta/${name}`, sign(-1))).status).toBe(200);
      expect(await stored(id)).toMatchObject({ status: 'active', released: false });
      expect((await post(`/meta/${name}`, sign(0))).status).toBe(200);
      expect(await stored(id)).toMatchObject({ status: 'disabled', released: true });
    },
  );

  it('does not remove what its owner has connected again by the time a deletion is carried out', async () => {
    const privacy = app.get(PrivacyService);
    const id = await app.connect();
    const requestedAt = new Date();
    await app.connect();

    expect(await privacy.removeAccount(id, requestedAt)).toBe(false);
    expect(await stored(id)).toMatchObject({ status: 'active', released: false });
    expect(await privacy.removeAccount(id, new Date())).toBe(true);
    expect(await stored(id)).toBeNull();
  });

  it('answers a deletion in Meta’s form, and the same request with the same code', async () => {
    const id = await app.connect();
    const { appScopedId } = app.sandbox.account;
    // A request of its own: those of a second are the same to each other.
    const issuedAt = Math.floor(Date.now() / 1000);
    const signed = signRequest({ user_id: appScopedId, issued_at: issuedAt, nonce: id }, previousSecret);
    const first = await post('/meta/data-deletion', signed);
    expect(first.status).toBe(200);
    const { url, confirmation_code: code } = first.body as { url: string; confirmation_code: string };
    expect(url).toMatch(new RegExp(`/meta/data-deletion/${code}$`));
    expect((await post('/meta/data-deletion', signed)).body).toEqual(first.body);
    expect(await stored(id)).not.toHaveProperty('access_token');
  });

  it('shows the state of a deletion as a page and as JSON, and keeps nothing of the person when it is done', async () => {
    const igsid = app.sandbox.customer.idFor();
    const { body } = await post('/meta/data-deletion', app.sandbox.signedRequest(igsid));
    const { confirmation_code: code } = body as { confirmation_code: string };
    const path = `/meta/data-deletion/${code}`;
    const caller = await app.call(null);
    expect((await caller.get(path)).body).toMatchObject({ success: true, data: { state: 'queued' } });
    const page = await caller.get(path).set('accept', 'text/html,application/xhtml+xml');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.text).toContain('will be deleted shortly');
    const erasures = app.get(ErasuresRepository);
    const waiting = await erasures.findUnfinished(10);
    const mine = waiting.find((one) => one.code === code);
    expect(mine).toMatchObject({ kind: 'person', subject_id: igsid });
    const claims = await Promise.all([1, 2, 3].map(() => erasures.claim(mine?._id ?? '', 30_000)));
    expect(claims.filter((claim) => claim !== null)).toHaveLength(1);
    await erasures.progress(mine?._id ?? '', { dms: 2 }, 30_000);
    await erasures.progress(mine?._id ?? '', { dms: 1, media: 1 }, 30_000);
    await erasures.complete(mine?._id ?? '');
    expect((await caller.get(path)).body).toMatchObject({ data: { state: 'done', removed: { dms: 3, media: 1 } } });
    const receipt = await mongo.db(services.databaseName).collection('erasures').findOne({ code });
    expect(JSON.stringify(receipt)).not.toContain(igsid);
  });

  it('knows who was erased also when every secret but the encryption key has been exchanged', async () => {
    const igsid = app.sandbox.createCustomer({ username: 'erased' }).idFor();
    await post('/meta/data-deletion', app.sandbox.signedRequest(igsid));
    const { sandbox } = app;
    const env = { ROLE: 'api', ENCRYPTION_KEY: encryptionKey, JWT_SECRET: 'another-secret-that-is-long-enough-too' };
    const later = await startTestApp({ services, sandbox, env });
    const erasedAt = await later.get(PrivacyService).erasedAt(igsid);
    await later.stop();
    expect(erasedAt).toEqual(expect.any(Date));
  });

  it.each(['deauthorize', 'data-deletion'])(
    'takes every configured secret at /meta/%s and nothing else',
    async (name) => {
      const payload = { user_id: '218471', issued_at: 1_291_836_800 };
      const good = signRequest(payload, previousSecret);
      expect((await post(`/meta/${name}`, good)).status).toBe(200);
      const forged = signRequest(payload, 'somebody-else-entirely');
      const [signature = '', encoded = ''] = good.split('.');
      const other = Buffer.from(JSON.stringify({ ...payload, algorithm: 'HMAC-SHA256', user_id: '1' })).toString(
        'base64url',
      );
      const bad = [forged, `${signature}.${other}`, `.${encoded}`, `${signature}.`, 'x', '', `${good}.${encoded}`];
      for (const signedRequest of bad) {
        const answer = await post(`/meta/${name}`, signedRequest);
        expect([answer.status, answer.body]).toMatchObject([403, { success: false, code: 'bad_signed_request' }]);
      }
      expect((await (await app.call(null)).post(`/meta/${name}`)).status).toBe(403);
    },
  );

  it('knows no code that it did not give out', async () => {
    const caller = await app.call(null);
    await caller.get('/meta/data-deletion/0123456789abcdef0123456789abcdef').expect(404);
    await caller.get('/meta/data-deletion/[$ne]').expect(404);
    await (await app.call(tenant)).get('/meta/data-deletion/x').expect(404);
  });
});
