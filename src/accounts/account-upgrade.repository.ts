import { Injectable } from '@nestjs/common';
import { InjectModel } from '@nestjs/mongoose';
import { Model } from 'mongoose';
import { ChannelsService } from '../channels/index.js';
import type { Upgradable, Upgrade } from '../database/index.js';
import { ACCOUNT, type AccountRecord } from './account.schema.js';

/** Gives accounts of an earlier version, all of them of the first channel, their channel and their id there. */
@Injectable()
export class AccountUpgradeRepository implements Upgradable {
  constructor(
    @InjectModel(ACCOUNT) private readonly model: Model<AccountRecord>,
    private readonly channels: ChannelsService,
  ) {}

  upgrade(): Upgrade {
    const { collection } = this.model;
    const dated = { external_id: null, 'instagram_data.ig_id': { $exists: true } } as const;
    return {
      name: 'accounts have a channel and an id there',
      collection,
      // They hold no more than one account without an Instagram id.
      obsoleteIndexes: ['one_live_record', 'one_record_per_tenant'],
      isDue: async () => (await collection.findOne(dated, { projection: { _id: 1 } })) !== null,
      run: async () => {
        await collection.updateMany(dated, [
          {
            $set: {
              channel: this.channels.first.channel,
              external_id: '$instagram_data.ig_id',
              username: '$instagram_data.username',
            },
          },
        ]);
      },
    };
  }
}
