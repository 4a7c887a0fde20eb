import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { getConnectionToken } from '@nestjs/mongoose';
import { Types, type Connection } from 'mongoose';
import { AccountsRepository } from '../../src/accounts/index.js';
import { SenderScene } from '../support/sender-scene.js';
import { useServices } from '../support/services.js';

jest.setTimeout(90_000);
const scene = new SenderScene(useServices());
const collection = (name: string) => scene.app.get<Connection>(getConnectionToken() as never).collection(name);

/** Does what docs/operations.md has an operator type into mongosh before a restored store is started on. */
async function tellThatTimeHasPassed(): Promise<void> {
  const chapter = readFileSync('docs/operations.md', 'utf8').split('## Restoring')[1];
  const script = /```js\n([^]*?)```/.exec(chapter ?? '')?.[1];
  if (!script) throw new Error('docs/operations.md says no more what to do');
  const writes: Promise<unknown>[] = [];
  const db = new Proxy(
    {},
    {
      get: (_target, name: string) =>
        name === 'getSiblingDB'
          ? () => db
          : {
              updateMany: (filter: object, update: object) => writes.push(collection(name).updateMany(filter, update)),
            },
    },
  );
  runInContext(script, createContext({ db }));
  await Promise.all(writes);
}

const backfill = async () => (await scene.app.get(AccountsRepository).findById(scene.accountId))?.backfill;

it('finds what was sent after the backup, and does not send it again', async () => {
  const [id] = (await scene.queue(['Hi there'])) as [string];
  const dms = collection('instagram_dms');
  const backup = await dms.findOne({ _id: new Types.ObjectId(id) });
  await scene.sendNow();
  expect(scene.accepted()).toEqual(['Hi there']);
  await dms.replaceOne({ _id: backup?._id }, backup ?? {});
  expect(await scene.statusOf(id)).toBe('queued');

  await tellThatTimeHasPassed();

  await scene.inTime(async () => expect(await scene.statusOf(id)).toBe('sent'));
  expect(scene.accepted()).toEqual(['Hi there']);
});

it('leaves it to a person whether to send what Meta does not show', async () => {
  const [id] = (await scene.queue(['Never sent'])) as [string];

  await tellThatTimeHasPassed();

  await scene.inTime(async () => {
    const dm = await scene.find(id);
    expect([dm.status, dm.next_attempt_at]).toEqual(['unconfirmed', undefined]);
  }, 30_000);
  expect(scene.accepted()).toEqual([]);
});

it('fetches from Meta what was said after the backup', async () => {
  await scene.inTime(async () => expect(await backfill()).toMatchObject({ state: 'done' }), 60_000);
  const before = (await backfill())?.finished_at;
  await scene.after(3_600_000);

  await tellThatTimeHasPassed();

  await scene.inTime(async () => {
    const again = await backfill();
    expect(again).toMatchObject({ state: 'done' });
    expect(again?.finished_at).not.toEqual(before);
  }, 60_000);
});
