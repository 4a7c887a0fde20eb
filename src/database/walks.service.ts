import { Injectable, Logger } from '@nestjs/common';
import { InjectConnection } from '@nestjs/mongoose';
import type { Connection, Types } from 'mongoose';

interface WalkRecord {
  _id: string;
  /** Up to here everything was visited. */
  position?: Types.ObjectId;
  done_at?: Date;
}

/** How long one run walks: the scheduler's next one goes on. */
const runMs = 5_000;

/**
 * Visits all documents of a collection once, in the order of their ids and a few at a time, to bring what earlier
 * versions wrote up to date. Survives being cut short; may visit a few documents twice.
 */
@Injectable()
export class WalksService {
  private readonly logger = new Logger(WalksService.name);
  private readonly done = new Set<string>();

  constructor(@InjectConnection() private readonly connection: Connection) {}

  /**
   * Walks on for some seconds.
   * @param name of the walk: a new name walks anew
   * @param visit brings the next few documents up to date and returns the last one's id; `undefined` at the end
   * @returns whether it is done
   */
  async goOn(
    name: string,
    visit: (after: Types.ObjectId | undefined) => Promise<Types.ObjectId | undefined>,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (this.done.has(name)) return true;
    const walks = this.connection.collection<WalkRecord>('walks');
    const known = await walks.findOne({ _id: name });
    let position = known?.position;
    let isDone = known?.done_at !== undefined;
    const until = performance.now() + runMs;
    while (!isDone && !signal.aborted && performance.now() < until) {
      const last = await visit(position);
      isDone = last === undefined;
      position = last ?? position;
      const $set = { ...(position ? { position } : {}), ...(isDone ? { done_at: new Date() } : {}) };
      await walks.updateOne({ _id: name }, { $set }, { upsert: true });
      if (isDone) this.logger.log({ msg: 'a walk through a collection is done', walk: name });
    }
    if (isDone) this.done.add(name);
    return isDone;
  }
}
