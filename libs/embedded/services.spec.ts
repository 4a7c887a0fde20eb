import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import {
  EmbeddedServiceError,
  isListening,
  resolveServices,
  startMongo,
  startRedis,
  type ServerProcess,
} from '#libs/embedded';

const started: ServerProcess[] = [];
const folders: string[] = [];

const track = <T extends ServerProcess>(server: T): T => {
  started.push(server);
  return server;
};

const newFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'embedded-spec-'));
  folders.push(folder);
  return folder;
};

const until = async (what: string, condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await delay(25);
  }
};

/** A process that ended but that init hasn't collected yet (a zombie) doesn't run. */
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !(existsSync('/proc/self/stat') && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  } catch {
    return false;
  }
};

const withMongo = async <T>(url: string, work: (client: mongoose.mongo.MongoClient) => Promise<T>): Promise<T> => {
  const client = await mongoose.mongo.MongoClient.connect(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
};

const withRedis = async <T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> => {
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

jest.setTimeout(60_000);

describe('startMongo', () => {
  it('gives a replica set with transactions and change streams, and leaves nothing behind when stopped', async () => {
    const mongo = track(await startMongo());
    const { pid, port, folder } = mongo;

    await withMongo(mongo.url, async (client) => {
      const dms = client.db('spec').collection<{ text: string }>('dms');
      const changes = dms.watch();
      const seen = changes.next();
      await client.withSession((session) =>
        session.withTransaction(async () => void (await dms.insertOne({ text: 'hello' }, { session }))),
      );
      expect(await seen).toMatchObject({ operationType: 'insert', fullDocument: { text: 'hello' } });
      await changes.close();
    });
    await mongo.stop();

    expect(isRunning(pid!)).toBe(false);
    expect(await isListening(port)).toBe(false);
    expect(existsSync(folder)).toBe(false);
  });

  it('keeps what was acknowledged, its port and its primary over kill -9 and restart', async () => {
    const mongo = track(await startMongo());
    const { url } = mongo;
    await withMongo(url, (client) =>
      client
        .db('spec')
        .collection('dms')
        .insertOne({ text: 'kept' }, { writeConcern: { w: 'majority', j: true } }),
    );

    await mongo.kill();
    expect(await isListening(mongo.port)).toBe(false);
    await mongo.restart();

    expect(mongo.url).toBe(url);
    await withMongo(url, async (client) => {
      expect(await client.db('spec').collection('dms').findOne()).toMatchObject({ text: 'kept' });
      await client.db('spec').collection('dms').insertOne({ text: 'and still writable' });
    });
  });

  it('finds its data again on another port, as the same replica set', async () => {
    const dataDir = await newFolder();
    const first = track(await startMongo({ dataDir }));
    await withMongo(first.url, (client) => client.db('spec').collection('dms').insertOne({ text: 'kept' }));
    await first.stop();

    const second = track(await startMongo({ dataDir, port: first.port + 1 }));

    expect(second.url).not.toBe(first.url);
    await withMongo(second.url, async (client) => {
      expect(await client.db('spec').collection('dms').findOne()).toMatchObject({ text: 'kept' });
    });
  });

  it('refuses a data folder that another one runs on, and leaves that one alone', async () => {
    const dataDir = await newFolder();
    const first = track(await startMongo({ dataDir }));

    await expect(startMongo({ dataDir })).rejects.toThrow(/already runs on .*Stop what started it/);

    await withMongo(first.url, (client) => client.db('admin').command({ ping: 1 }));
  });
});

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

describe('a process that started servers', () => {
  interface Left {
    pids: number[];
    ports: number[];
    folders: string[];
  }

  const program = `
    const { startMongo, startRedis } = await import('./libs/embedded/index.ts');
    const [dataDir] = process.argv.slice(1);
    const servers = [
      await startMongo({ dataDir: dataDir && dataDir + '/mongo' }),
      await startRedis({ dataDir: dataDir && dataDir + '/redis' }),
    ];
    const pick = (name) => servers.map((server) => server[name]);
    console.log(JSON.stringify({ pids: pick('pid'), ports: pick('port'), folders: pick('folder') }));
    process.stdin.on('data', () => { throw new Error('crash'); });
  `;

  const startParent = async (...args: string[]): Promise<{ parent: ChildProcess; left: Left }> => {
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
    return { parent, left: JSON.parse(line) as Left };
  };

  it.each<[string, (parent: ChildProcess) => void]>([
    ['is killed with -9', (parent) => parent.kill('SIGKILL')],
    ['gets SIGTERM', (parent) => parent.kill('SIGTERM')],
    ['gets SIGINT', (parent) => parent.kill('SIGINT')],
    ['crashes', (parent) => parent.stdin?.write('now\n')],
  ])('leaves no process, port or temporary folder behind when it %s', async (_how, finish) => {
    const { parent, left } = await startParent();

    finish(parent);
    await once(parent, 'exit');

    await until('the ports are closed', async () => !(await Promise.all(left.ports.map(isListening))).includes(true));
    await until('the folders are gone', () => !left.folders.some((folder) => existsSync(folder)));
    await until('the processes are gone', () => !left.pids.some(isRunning));
  });

  it('lets servers that keep their data end in an orderly way, so that they can be started again', async () => {
    const dataDir = await newFolder();
    const { parent, left } = await startParent(dataDir);

    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await until('the ports are closed', async () => !(await Promise.all(left.ports.map(isListening))).includes(true));

    const again = await resolveServices({ dataDir });
    track(again.mongo!);
    track(again.redis!);
    expect(again.redis!.port).toBe(left.ports[1]);
  });
});
