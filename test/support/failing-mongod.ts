import { findMongodProgram, MongodProcess } from '#libs/embedded';
import { withMongo } from './embedded-servers.js';

/** What MongoDB's fail point `failCommand` takes. */
export interface FailedCommands {
  failCommands: string[];
  namespace?: string;
  errorCode?: number;
  blockConnection?: boolean;
  blockTimeMS?: number;
}

/** A MongoDB that refuses commands, or lets them wait, when it is told to. */
export class FailingMongod extends MongodProcess {
  async fail(data: FailedCommands): Promise<void> {
    await this.set({ mode: 'alwaysOn', data });
  }

  async failNoMore(): Promise<void> {
    await this.set({ mode: 'off' });
  }

  protected override args(port: number, folder: string): string[] {
    return [...super.args(port, folder), '--setParameter', 'enableTestCommands=1'];
  }

  private set(failPoint: object): Promise<unknown> {
    return withMongo(this.url, (client) =>
      client.db('admin').command({ configureFailPoint: 'failCommand', ...failPoint }),
    );
  }
}

export async function startFailingMongod(): Promise<FailingMongod> {
  const mongod = new FailingMongod(await findMongodProgram());
  await mongod.start();
  return mongod;
}
