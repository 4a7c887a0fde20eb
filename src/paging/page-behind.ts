import { Types } from 'mongoose';

/** The part of a list that a query reads: by the time it is sorted by, and within one millisecond by id. */
export interface Range<Time extends Date | number> {
  time: { $lte: Time } | { $lt: Time } | Time;
  idBelow?: Types.ObjectId;
}

/**
 * The page behind a position of a list that is sorted newest first. One plain range up to the position's millisecond
 * nearly always holds it; where many share that millisecond, its rest and the older ones are read as a range each.
 * A `$or` of both would make MongoDB merge or sort.
 * @param timeOf what a record is sorted by
 * @param find reads a range, newest first
 */
export async function pageBehind<T extends { _id: unknown }, Time extends Date | number>(
  { at, id }: { at: Time; id: string },
  limit: number,
  timeOf: (record: T) => Time | undefined,
  find: (range: Range<Time>, limit: number) => Promise<T[]>,
): Promise<T[]> {
  // One more, for the record at the position itself.
  const found = await find({ time: { $lte: at } }, limit + 1);
  const behind = found.filter((record) => Number(timeOf(record)) < Number(at) || String(record._id) < id);
  if (behind.length >= limit || found.length <= limit) return behind.slice(0, limit);
  const [sameTime, older] = await Promise.all([
    find({ time: at, idBelow: new Types.ObjectId(id) }, limit),
    find({ time: { $lt: at } }, limit),
  ]);
  return [...sameTime, ...older].slice(0, limit);
}
