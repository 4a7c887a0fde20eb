import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isListening, resolveServices } from '#libs/embedded';
import { isRunning, useEmbeddedServers } from '../../test/support/embedded-servers.js';
import { eventually } from '../../test/support/eventually.js';

jest.setTimeout(60_000);

const { track, newFolder } = useEmbeddedServers();

/** Nobody listens there any more. */
const closed = (ports: number[]) =>
  eventually(async () => expect(await Promise.all(ports.map(isListening))).not.toContain(true));

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

    await closed(left.ports);
    await eventually(() => expect(left.folders.filter((folder) => existsSync(folder))).toEqual([]));
    await eventually(() => expect(left.pids.filter(isRunning)).toEqual([]));
  });

  it('lets servers that keep their data end in an orderly way, so that they can be started again', async () => {
    const dataDir = await newFolder();
    const { parent, left } = await startParent(dataDir);

    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await closed(left.ports);

    const again = await resolveServices({ dataDir });
    track(again.mongo!);
    track(again.redis!);
    expect(again.redis!.port).toBe(left.ports[1]);
  });
});
