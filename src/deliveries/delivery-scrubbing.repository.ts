import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model, Types, type mongo } from 'mongoose';
import { DELIVERY, escapeRegex } from './delivery-log.repository.js';
import { DeliveryReopeningRepository } from './delivery-reopening.repository.js';
import {
  accountIndex,
  unfinishedIndex,
  unknownIdsIndex,
  type DeliveryRecord,
  type DeliveryState,
} from './delivery.schema.js';
import { scrubMessages, scrubPerson } from './scrub-payload.js';

/** Copies that are looked through at once: a second's work from disk. */
const stretchSize = 2_000;
const unknownIdsPerLook = 300;

/** Deliveries of which one index tells the ids in their order. */
interface Group {
  filter: object;
  hint: mongo.Hint;
}

/** Takes what people wrote out of the raw copies, for an unsend or an erasure. */
@Injectable()
export class DeliveryScrubbingRepository {
  constructor(
    @InjectModel(DELIVERY) private readonly model: Model<DeliveryRecord>,
    private readonly reopening: DeliveryReopeningRepository,
  ) {}

  /** The content of these messages: ids stay, what people wrote or sent goes. Calling it again changes nothing. */
  async scrubMessages(deliveryIds: string[], mids: string[]): Promise<void> {
    const wanted = new Set(mids);
    for (const id of deliveryIds) await this.rewrite(new Types.ObjectId(id), (text) => scrubMessages(text, wanted));
  }

  /**
   * Every event of this person in an account's raw copies, a stretch of them at a time: a large account has millions,
   * and a question about all of them at once would be given up before its answer came.
   * @param before only of what came before; of all when left out
   * @yields after each stretch how many copies of it named them
   */
  async *scrubPerson(platformAccountId: string, personId: string, before?: Date): AsyncGenerator<number> {
    const group = { filter: { account_ids: platformAccountId }, hint: accountIndex };
    yield* this.scrubIn(group, personId, before ? { received_at: { $lt: before } } : {});
  }

  /**
   * Every event of this person in what no account of ours has: what is not stored yet, is parked, or came for an account
   * that was not connected.
   * @yields as {@link scrubPerson}
   */
  async *scrubPersonUnplaced(personId: string): AsyncGenerator<number> {
    for (const state of ['received', 'parked'] satisfies DeliveryState[])
      yield* this.scrubIn({ filter: { unfinished: true, state }, hint: unfinishedIndex }, personId);
    let behind = '';
    for (;;) {
      const ids = await this.reopening.unknownIds(behind, unknownIdsPerLook);
      for (const id of ids) yield* this.scrubIn({ filter: { unknown_ids: id }, hint: unknownIdsIndex }, personId);
      if (ids.length < unknownIdsPerLook) return;
      behind = ids.at(-1) ?? '';
    }
  }

  private async *scrubIn({ filter, hint }: Group, personId: string, range: object = {}): AsyncGenerator<number> {
    const mentions = { ...filter, ...range, payload: { $regex: escapeRegex(personId) } };
    for await (const stretch of this.stretchesOf({ filter, hint })) {
      const found = await this.model.collection
        .find<DeliveryRecord>({ ...mentions, _id: stretch }, { projection: { _id: 1 }, hint })
        .toArray();
      for (const { _id } of found) await this.rewrite(_id, (payload) => scrubPerson(payload, personId));
      yield found.length;
    }
  }

  /** Ranges of ids of a group, oldest first; found in the index alone. */
  private async *stretchesOf({ filter, hint }: Group): AsyncGenerator<{ $gt?: Types.ObjectId; $lte: Types.ObjectId }> {
    let after: Types.ObjectId | undefined;
    for (;;) {
      const ids = await this.model.collection
        .find<{ _id: Types.ObjectId }>(
          { ...filter, ...(after ? { _id: { $gt: after } } : {}) },
          { projection: { _id: 1 }, sort: { _id: 1 }, limit: stretchSize, hint },
        )
        .toArray();
      const last = ids.at(-1)?._id;
      if (!last) return;
      yield { ...(after ? { $gt: after } : {}), $lte: last };
      after = last;
    }
  }

  /** Conditional on the text it read: of two that scrub one delivery at once, the second starts again from the first's. */
  private async rewrite(id: Types.ObjectId, change: (payload: string) => string): Promise<void> {
    for (;;) {
      const delivery = await this.model.collection.findOne<Pick<DeliveryRecord, 'payload'>>(
        { _id: id },
        { projection: { payload: 1 } },
      );
      if (!delivery) return;
      const payload = change(delivery.payload);
      if (payload === delivery.payload) return;
      const filter = { _id: id, payload: delivery.payload };
      const { matchedCount } = await this.model.collection.updateOne(filter, { $set: { payload } });
      if (matchedCount === 1) return;
    }
  }
}
