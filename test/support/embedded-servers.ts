import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import type { ServerProcess } from '#libs/embedded';

/** What a spec starts and makes, until it ends. */
export interface EmbeddedServers {
  /** Stopped after the spec. */
  track<T extends ServerProcess>(server: T): T;
  /** A folder that is removed after the spec. */
  newFolder(): Promise<string>;
}

/** Call it once, at the top of the file. */
export function useEmbeddedServers(): EmbeddedServers {
  const started: ServerProcess[] = [];
  const folders: string[] = [];

  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
  });

  return {
    track(server) {
      started.push(server);
      return server;
    },
    async newFolder() {
      const folder = await mkdtemp(join(tmpdir(), 'embedded-spec-'));
      folders.push(folder);
      return folder;
    },
  };
}

/** A process that ended but that init hasn't collected yet (a zombie) doesn't run. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !(existsSync('/proc/self/stat') && /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')));
  } catch {
    return false;
  }
}

export async function withMongo<T>(url: string, work: (client: mongoose.mongo.MongoClient) => Promise<T>): Promise<T> {
  const client = await mongoose.mongo.MongoClient.connect(url, { serverSelectionTimeoutMS: 10_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

export async function withRedis<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}
