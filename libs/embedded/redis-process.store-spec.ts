import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedServiceError, startRedis } from '#libs/embedded';
import { useEmbeddedServers, withRedis } from '../../test/support/embedded-servers.js';

jest.setTimeout(60_000);

const { track, newFolder } = useEmbeddedServers();

describe('startRedis', () => {
  it('is set up to lose no queue: append-only, synced every second, evicting nothing', async () => {
    const redis = track(await startRedis());

    await withRedis(redis.url, async (client) => {
      const setting = async (name: string): Promise<unknown> => ((await client.config('GET', name)) as string[])[1];
      expect(await setting('appendonly')).toBe('yes');
      expect(await setting('appendfsync')).toBe('everysec');
      expect(await setting('maxmemory-policy')).toBe('noeviction');
      expect(await setting('bind')).toBe('127.0.0.1');
    });
  });

  it('keeps its keys and its port over kill -9 and restart', async () => {
    const redis = track(await startRedis());
    const { url } = redis;
    await withRedis(url, (client) => client.set('kept', 'yes'));

    await redis.kill();
    await redis.restart();

    expect(redis.url).toBe(url);
    expect(await withRedis(url, (client) => client.get('kept'))).toBe('yes');
  });

  it('takes its last port again from its data folder', async () => {
    const dataDir = await newFolder();
    const first = track(await startRedis({ dataDir }));
    await withRedis(first.url, (client) => client.set('kept', 'yes'));
    await first.stop();

    const second = track(await startRedis({ dataDir }));

    expect(second.url).toBe(first.url);
    expect(await withRedis(second.url, (client) => client.get('kept'))).toBe('yes');
  });

  it('refuses to append to a file that another one appends to', async () => {
    const dataDir = await newFolder();
    track(await startRedis({ dataDir }));

    await expect(startRedis({ dataDir })).rejects.toThrow(EmbeddedServiceError);
  });

  it('answers nothing while paused and everything once resumed', async () => {
    const redis = track(await startRedis());

    await withRedis(redis.url, async (client) => {
      await client.ping();
      redis.pause();
      let answered = false;
      const pong = client.ping().then((text) => ((answered = true), text));
      await delay(100);
      expect(answered).toBe(false);
      redis.resume();
      expect(await pong).toBe('PONG');
    });
  });

  it('says how to install one where there is none', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nonexistent';
    try {
      await expect(startRedis()).rejects.toThrow(/apt-get install redis-server.*REDIS_URL/);
    } finally {
      process.env['PATH'] = path;
    }
  });

  it('never takes a server that somebody else started for its own', async () => {
    const taken = track(await startRedis());

    await expect(startRedis({ port: taken.port })).rejects.toThrow(/the port is in use/);
  });

  it('reports the end of the log when the server does not come up', async () => {
    const dataDir = await newFolder();
    await mkdir(join(dataDir, 'appendonlydir'));
    await writeFile(join(dataDir, 'appendonlydir', 'appendonly.aof.manifest'), 'not a manifest');

    await expect(startRedis({ dataDir })).rejects.toThrow(/ended at once.*manifest/s);
  });
});
