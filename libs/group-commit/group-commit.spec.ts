import fc from 'fast-check';
import { GiveUp } from './give-up.js';
import { GroupCommit, QueueFullError, type GroupCommitOptions } from './group-commit.js';

interface Write {
  batch: string[];
  finish: (failures?: ReadonlyMap<number, unknown>) => void;
  fail: (error: Error) => void;
}

/** A store whose writes end when the spec says so. */
function heldStore(options: Partial<GroupCommitOptions<string>> = {}) {
  const writes: Write[] = [];
  const commits = new GroupCommit<string>({
    write: (batch) =>
      new Promise((resolve, reject) => {
        writes.push({ batch, finish: (failures = new Map()) => resolve(failures), fail: reject });
      }),
    sizeOf: (item) => item.length,
    maxBatchItems: 100,
    maxBatchSize: 1_000,
    maxQueuedItems: 1_000,
    maxQueuedSize: 10_000,
    maxWrites: 2,
    worthwhileItems: 3,
    ...options,
  });
  return { commits, writes };
}

const nextTurn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)));

describe('GroupCommit', () => {
  it('puts what arrives together into one write', async () => {
    const { commits, writes } = heldStore();
    const all = ['a', 'b', 'c'].map((item) => commits.add(item));

    await nextTurn();
    expect(writes.map(({ batch }) => batch)).toEqual([['a', 'b', 'c']]);
    writes[0]?.finish();
    await Promise.all(all);
  });

  it('lets a lone item wait for nobody', async () => {
    const { commits, writes } = heldStore();
    const lone = commits.add('a');

    await nextTurn();
    writes[0]?.finish();
    await expect(lone).resolves.toBeUndefined();
  });

  it('collects while a write is on its way, and starts another beside it only when that is worth it', async () => {
    const { commits, writes } = heldStore();
    const items = [commits.add('1')];
    await nextTurn();
    items.push(commits.add('2'), commits.add('3'));
    await nextTurn();
    expect(writes).toHaveLength(1);
    items.push(commits.add('4'));
    await nextTurn();
    expect(writes.map(({ batch }) => batch)).toEqual([['1'], ['2', '3', '4']]);

    items.push(...['5', '6', '7', '8'].map((item) => commits.add(item)));
    await nextTurn();
    expect(writes).toHaveLength(2); // two at once are the most
    writes[0]?.finish();
    await nextTurn();
    expect(writes[2]?.batch).toEqual(['5', '6', '7', '8']);
    writes.slice(1).forEach(({ finish }) => finish());
    await Promise.all(items);
  });

  it('bounds a batch by items and by size, and gives a huge item one of its own', async () => {
    const { commits, writes } = heldStore({ maxBatchItems: 3, maxBatchSize: 10, maxWrites: 1 });
    const items = ['aaaa', 'bbbb', 'cccc', 'd'.repeat(50), 'e', 'f', 'g', 'h'].map((item) => commits.add(item));
    for (let n = 0; n < 5; n++) {
      await nextTurn();
      writes[n]?.finish();
    }
    await Promise.all(items);

    expect(writes.map(({ batch }) => batch.length)).toEqual([2, 1, 1, 3, 1]);
  });

  it('tells each item its own outcome', async () => {
    const { commits, writes } = heldStore();
    const outcomes = Promise.allSettled(['a', 'b', 'c'].map((item) => commits.add(item)));
    await nextTurn();
    writes[0]?.finish(new Map([[1, new Error('b is refused')]]));

    expect((await outcomes).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails all of a write that failed, and goes on', async () => {
    const { commits, writes } = heldStore();
    const first = Promise.allSettled([commits.add('a'), commits.add('b')]);
    await nextTurn();
    writes[0]?.fail(new Error('the store is away'));
    expect((await first).every(({ status }) => status === 'rejected')).toBe(true);

    const second = commits.add('c');
    await nextTurn();
    writes[1]?.finish();
    await expect(second).resolves.toBeUndefined();
  });

  it('refuses when too much waits, by items or by size, and takes again when there is room', async () => {
    const { commits, writes } = heldStore({ maxQueuedItems: 2, maxQueuedSize: 100, maxWrites: 1, worthwhileItems: 1 });
    const written = [commits.add('on its way')];
    await nextTurn();
    written.push(commits.add('x'), commits.add('y'));
    await expect(commits.add('z')).rejects.toThrow(QueueFullError);
    writes[0]?.finish();
    await nextTurn();
    written.push(commits.add('w'.repeat(90)));
    await expect(commits.add('v'.repeat(20))).rejects.toThrow(QueueFullError);
    expect(commits.queued).toEqual({ items: 1, size: 90 });
    writes[1]?.finish();
    await nextTurn();
    writes[2]?.finish();
    await Promise.all(written);
  });

  it('forgets an item that is given up while it waits, and answers at once when it is being written', async () => {
    const { commits, writes } = heldStore({ maxWrites: 1 });
    const [one, two] = [new GiveUp(), new GiveUp()];
    const writing = commits.add('writing', one);
    await nextTurn();
    const waiting = commits.add('waiting', two);
    one.now(new Error('too late'));
    two.now(new Error('too late'));

    await expect(writing).rejects.toThrow('too late');
    await expect(waiting).rejects.toThrow('too late');
    expect(commits.queued).toEqual({ items: 0, size: 0 });
    writes[0]?.finish();
    await nextTurn();
    expect(writes).toHaveLength(1);
  });

  it('writes every item exactly once and in order, however they arrive and whatever fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 40 }), pause: fc.boolean(), fails: fc.boolean() }), {
          maxLength: 60,
        }),
        fc.integer({ min: 1, max: 4 }),
        async (plan, maxWrites) => {
          const written: string[] = [];
          const commits = new GroupCommit<string>({
            write: async (batch) => {
              written.push(...batch);
              await nextTurn();
              return new Map(
                batch.flatMap((item, at) => (item.startsWith('f') ? [[at, new Error(item)] as const] : [])),
              );
            },
            sizeOf: (item) => item.length,
            ...{ maxBatchItems: 7, maxBatchSize: 90, maxQueuedItems: 1_000, maxQueuedSize: 100_000 },
            ...{ maxWrites, worthwhileItems: 2 },
          });
          const items = plan.map(({ size, fails }, n) => `${fails ? 'f' : 'k'}${n}-`.padEnd(size, '.'));
          const outcomes: Promise<void>[] = [];
          for (const [n, item] of items.entries()) {
            outcomes.push(commits.add(item));
            if (plan[n]?.pause) await nextTurn();
          }
          const settled = await Promise.allSettled(outcomes);

          expect(written).toEqual(items);
          expect(settled.map(({ status }) => status === 'rejected')).toEqual(plan.map(({ fails }) => fails));
        },
      ),
      { numRuns: 60 },
    );
  });
});
