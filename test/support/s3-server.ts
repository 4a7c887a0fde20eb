import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { cacheFolder, findFreePort } from '#libs/embedded';

const run = promisify(execFile);
const packages = ['moto[s3]==5.2.5', 'flask==3.1.3', 'flask-cors==6.0.5'];

export interface S3Server {
  /** Settings that keep copies of media here; the bucket `media` is there. */
  env: Record<string, string>;
  client: S3Client;
  stop(): void;
}

/** Starts moto, a server that speaks S3, from PyPI; fetched once into the user's cache folder. */
export async function startS3Server(): Promise<S3Server> {
  const folder = await motoFolder();
  const port = await findFreePort();
  const child = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)], {
    env: { ...process.env, PYTHONPATH: folder },
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  await answering(url, child);
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new S3Client({ endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'media' }));
  const env = {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_S3: url,
    S3_BUCKET_NAME: 'media',
    MEDIA_EXTRA_HOSTS: '127.0.0.1',
  };
  const stop = (): void => {
    client.destroy();
    child.kill('SIGKILL');
  };
  return { env, client, stop };
}

async function motoFolder(): Promise<string> {
  const cache = cacheFolder();
  const folder = join(cache, 'moto-5.2.5');
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.moto-'));
  try {
    await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', work, ...packages], { timeout: 240_000 });
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    // Another run may have been first.
    if (!existsSync(folder))
      throw new Error('moto could not be installed with pip; it stands in for S3 in this spec', { cause: error });
  }
  return folder;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the S3 server ended with code ${child.exitCode}`);
    const up = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (up) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the S3 server did not start within 30 s');
}
