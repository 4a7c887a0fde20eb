import { readSettings } from '../config/index.js';
import { testSettings } from '../../test/support/test-settings.js';
import { MediaStorageService } from './media-storage.service.js';

const services = {
  databaseUrl: 'mongodb://127.0.0.1/x',
  databaseName: 'x',
  mongoUrl: '',
  redisUrl: 'redis://127.0.0.1',
  redisPrefix: 'x',
};
const storageOf = (env: Record<string, string>) =>
  new MediaStorageService(
    readSettings(
      testSettings(services, { S3_BUCKET_NAME: 'media', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', ...env }),
    ),
  );

describe('a link to a copy', () => {
  it.each([
    [
      'where browsers reach the storage',
      { S3_PUBLIC_ENDPOINT: 'https://files.example.com' },
      'https://files.example.com',
    ],
    ['where we reach it, when no other place is named', {}, 'http://minio:9000'],
  ])('leads to %s', async (_place, env, origin) => {
    const storage = storageOf({ AWS_ENDPOINT_URL_S3: 'http://minio:9000', ...env });

    const link = new URL(await storage.link('media/a/b/0'));

    expect([link.origin, link.pathname]).toEqual([origin, '/media/media/a/b/0']);
    expect(link.searchParams.get('X-Amz-SignedHeaders')).toContain('host');
  });
});
