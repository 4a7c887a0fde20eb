import { pageBehind, type Range } from './page-behind.js';

interface Item {
  _id: string;
  at: number;
}

const idOf = (n: number): string => n.toString(16).padStart(24, '0');

/** A list as MongoDB would serve it, and how many ranges were read of it. */
function listOf(times: number[], oldestFirst = false) {
  const items = times
    .map((at, n): Item => ({ _id: idOf(n), at }))
    .sort((a, b) => b.at - a.at || (a._id < b._id ? 1 : -1));
  if (oldestFirst) items.reverse();
  const reads: Range<number>[] = [];
  const find = async (range: Range<number>, limit: number): Promise<Item[]> => {
    reads.push(range);
    return items.filter((item) => isWithin(item, range)).slice(0, limit);
  };
  return { items, reads, find };
}

function isWithin({ _id, at }: Item, { time, idBelow, idAbove }: Range<number>): boolean {
  if (idBelow && _id >= String(idBelow)) return false;
  if (idAbove && _id <= String(idAbove)) return false;
  if (typeof time === 'number') return at === time;
  if ('$gte' in time) return at >= time.$gte;
  if ('$gt' in time) return at > time.$gt;
  return '$lte' in time ? at <= time.$lte : at < time.$lt;
}

/** Follows the positions from the first page on. */
async function walk({ items, find }: ReturnType<typeof listOf>, limit: number, oldestFirst = false): Promise<Item[]> {
  const seen = items.slice(0, limit);
  for (;;) {
    const last = seen.at(-1);
    if (!last) return seen;
    const behind = { at: last.at, id: last._id };
    const next = await pageBehind<Item, number>(behind, limit, ({ at }) => at, find, { oldestFirst });
    if (next.length === 0) return seen;
    seen.push(...next);
  }
}

describe('pageBehind', () => {
  it.each([
    ['times of their own', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['pairs', [1, 1, 2, 2, 3, 3, 4, 4, 5]],
    ['one millisecond for all', [7, 7, 7, 7, 7, 7, 7, 7, 7]],
    ['a crowd in the middle', [1, 2, 5, 5, 5, 5, 5, 8, 9]],
  ])('shows every record once and in order: %s', async (_name, times) => {
    for (const oldestFirst of [false, true]) {
      for (const limit of [1, 2, 3, 4, 50]) {
        const list = listOf(times, oldestFirst);
        await expect(walk(list, limit, oldestFirst)).resolves.toEqual(list.items);
      }
    }
  });

  it('reads one range where the millisecond is not shared', async () => {
    const list = listOf([1, 2, 3, 4]);
    await pageBehind<Item, number>({ at: 3, id: idOf(2) }, 2, ({ at }) => at, list.find);
    expect(list.reads).toEqual([{ time: { $lte: 3 } }]);
  });

  it('goes on where the record at the position is gone', async () => {
    const list = listOf([1, 2, 4]);
    const page = await pageBehind<Item, number>({ at: 3, id: idOf(9) }, 2, ({ at }) => at, list.find);
    expect(page.map(({ at }) => at)).toEqual([2, 1]);
  });
});
