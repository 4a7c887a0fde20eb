import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isListening, resolveServices } from '#libs/embedded';
import { useEmbeddedServers } from '../../test/support/embedded-servers.js';

jest.setTimeout(60_000);

const { newFolder } = useEmbeddedServers();

describe('resolveServices', () => {
  it('uses the servers it is given and starts nothing', async () => {
    const given = { databaseUrl: 'mongodb://db.example/?replicaSet=rs0', redisUrl: 'redis://cache.example:6379' };

    const services = await resolveServices(given);

    expect(services).toMatchObject({ ...given, mongo: undefined, redis: undefined });
    await services.stop();
  });

  it('starts both with their data in one folder, and stops both', async () => {
    const dataDir = await newFolder();

    const services = await resolveServices({ dataDir });
    const servers = [services.mongo!, services.redis!];

    expect(await Promise.all(servers.map((server) => isListening(server.port)))).toEqual([true, true]);
    expect(existsSync(join(dataDir, 'mongo', 'WiredTiger')) && existsSync(join(dataDir, 'redis'))).toBe(true);
    const ports = servers.map((server) => server.port);
    await services.stop();
    expect(await Promise.all(ports.map(isListening))).toEqual([false, false]);
    expect(existsSync(join(dataDir, 'mongo', 'WiredTiger'))).toBe(true);
  });
});
