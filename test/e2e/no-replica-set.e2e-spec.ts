import { PassThrough } from 'node:stream';
import { findMongodProgram, MongodProcess } from '#libs/embedded';
import { createApp } from '../../src/app.factory.js';
import { readSettings } from '../../src/config/index.js';
import { useEmbeddedServers, withMongo } from '../support/embedded-servers.js';
import { useServices } from '../support/services.js';
import { testSettings } from '../support/test-app.js';

const services = useServices();
const { track } = useEmbeddedServers();

/** As a package manager leaves it: in no replica set. */
class StandaloneMongod extends MongodProcess {
  override get url(): string {
    return `mongodb://127.0.0.1:${this.port}/`;
  }

  protected override args(port: number, folder: string): string[] {
    const args = super.args(port, folder);
    args.splice(args.indexOf('--replSet'), 2);
    return args;
  }

  protected override ready(): Promise<number> {
    return withMongo(this.url, async (client) =>
      Number((await client.db('admin').command({ serverStatus: 1 }))['pid']),
    );
  }
}

it('does not start on a MongoDB without transactions and says what to do', async () => {
  const mongod = track(new StandaloneMongod(await findMongodProgram()));
  await mongod.start();
  const app = await createApp(readSettings(testSettings(services, { DATABASE_URL: mongod.url })), {
    logTo: new PassThrough().resume(),
  });
  try {
    await expect(app.listen(0, '127.0.0.1')).rejects.toMatchObject({
      name: 'NoReplicaSetError',
      message: expect.stringMatching(/start mongod with --replSet and run rs\.initiate\(\)/) as string,
    });
  } finally {
    await app.close();
  }
});
