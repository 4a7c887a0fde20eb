import { signBody } from '#libs/graph-api';
import { readSettings } from '../config/index.js';
import { registry } from '../observability/index.js';
import { SignatureCheckService } from './signature-check.service.js';
import { BadSignatureError } from './webhook.errors.js';

const [instagram, meta, old, foreign] = ['instagram-secret', 'the-meta-secret', 'the-old-secret', 'nobodys-secret'];

function checkWith(secrets: Record<string, string>): SignatureCheckService {
  const stores = { DATABASE_URL: 'mongodb://127.0.0.1:1/', REDIS_URL: 'redis://127.0.0.1:1' };
  const own = { META_WEBHOOK_VERIFY_TOKEN: 'not-used-here', JWT_SECRET: 'x', ENCRYPTION_KEY: '0'.repeat(64) };
  return new SignatureCheckService(readSettings({ ...stores, ...own, ...secrets }));
}

const body = Buffer.from('{"object":"instagram"}');
const signedWith = (secret: string) => ({ 'x-hub-signature-256': signBody(body, secret) });

async function counted(): Promise<Record<string, number>> {
  const text = await registry.getSingleMetricAsString('dm_webhook_signatures_total');
  return Object.fromEntries([...text.matchAll(/\{secret="(\w+)"\} (\d+)/g)].map(([, role, n]) => [role, Number(n)]));
}

describe('SignatureCheckService', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['the one app there is', { META_APP_SECRET: meta }, meta, 'current'],
    ['the Instagram app', { INSTAGRAM_CLIENT_SECRET: instagram, META_APP_SECRET: meta }, instagram, 'current'],
    ['the Meta app', { INSTAGRAM_CLIENT_SECRET: instagram, META_APP_SECRET: meta }, meta, 'current'],
    ['an old secret beside one app', { INSTAGRAM_CLIENT_SECRET: instagram, APP_SECRET_PREVIOUS: old }, old, 'previous'],
    ['an old secret of the Meta app alone', { META_APP_SECRET: meta, APP_SECRET_PREVIOUS: old }, old, 'previous'],
    [
      'a secret that is old and current',
      { META_APP_SECRET: meta, APP_SECRET_PREVIOUS: `${old},${meta}` },
      meta,
      'current',
    ],
  ])('counts which secret signed: %s', async (_what, secrets, signer, role) => {
    const signature = checkWith(secrets);
    const before = await counted();

    signature.check(body, signedWith(signer));

    expect(await counted()).toEqual({ ...before, [role]: (before[role] ?? 0) + 1 });
  });

  it('refuses what none of them signed, and counts no secret', async () => {
    const signature = checkWith({ META_APP_SECRET: meta, APP_SECRET_PREVIOUS: old });
    const before = await counted();

    expect(() => signature.check(body, signedWith(foreign))).toThrow(BadSignatureError);

    expect(await counted()).toEqual(before);
  });
});
