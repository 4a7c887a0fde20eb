import { Types } from 'mongoose';

/** The part of a list that a query reads: by the time it is sorted by, and within one millisecond by id. */
export interface Range<Time extends Date | number> {
  time: { $lte: Time } | { $lt: Time } | { $gte: Time } | { $gt: Time } | Time;
  idBelow?: Types.ObjectId;
  idAbove?: Types.ObjectId;
}

/**
 * The page behind a position of a list that is sorted newest first, or oldest first where that is said. One plain range up to the position's millisecond
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
  { oldestFirst = false } = {},
): Promise<T[]> {
  const isBehind = (record: T): boolean => {
    const distance = Number(timeOf(record)) - Number(at) || (String(record._id) < id ? -1 : 1);
    return String(record._id) !== id && (oldestFirst ? distance > 0 : distance < 0);
  };
  const _id = new Types.ObjectId(id);
  // One more, for the record at the position itself.
  const found = await find({ time: oldestFirst ? { $gte: at } : { $lte: at } }, limit + 1);
  const behind = found.filter(isBehind);
  if (behind.length >= limit || found.length <= limit) return behind.slice(0, limit);
  const [sameTime, others] = await Promise.all([
    find({ time: at, ...(oldestFirst ? { idAbove: _id } : { idBelow: _id }) }, limit),
    find({ time: oldestFirst ? { $gt: at } : { $lt: at } }, limit),
  ]);
  return [...sameTime, ...others].slice(0, limit);
}
