import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountDirectoryService, type AccountSummary } from '../accounts/index.js';
import { ChannelsService, type Channel } from '../channels/index.js';
import { Scheduled } from '../queue/index.js';
import { DeliveryReopeningRepository } from './delivery-reopening.repository.js';

/** As long as Meta would have delivered them again, had it been told that nobody here knows the account. */
const redeliveryMs = 36 * 3_600_000;
/** Somebody whose app is subscribed to many foreign accounts has thousands of them. */
const idsPerLook = 300;

/**
 * A delivery of several accounts is acknowledged as soon as one of them is connected here, so Meta does not bring it
 * again for the others. Once one of those is connected, too, the delivery is done again; storing twice changes nothing.
 */
@Injectable()
export class LateAccountsService {
  private readonly logger = new Logger(LateAccountsService.name);
  /** Ids are looked at in their order, some at each look; the next begins behind these. */
  private seenUntil = '';

  constructor(
    private readonly reopening: DeliveryReopeningRepository,
    private readonly accounts: AccountDirectoryService,
    private readonly channels: ChannelsService,
    private readonly clock: Clock,
  ) {}

  /** The sweep enqueues what it reopens. Looked for, because no crash may come between connecting and this. */
  @Scheduled({ name: 'reopen-for-late-accounts', everyMs: 5_000 })
  async reopen(): Promise<void> {
    const since = new Date(this.clock.now() - redeliveryMs);
    const unknown = await this.reopening.unknownIds(this.seenUntil, idsPerLook);
    this.seenUntil = unknown.length < idsPerLook ? '' : (unknown.at(-1) ?? '');
    if (unknown.length === 0) return;
    for (const [unknownId, { _id }] of await this.accountsOf(unknown)) {
      const deliveries = await this.reopening.reopenFor(unknownId, _id, since);
      if (deliveries === 0) continue; // parked, or being stored at this moment
      this.logger.log({ msg: 'deliveries are done again for an account connected later', account_id: _id, deliveries });
    }
  }

  /** Those that are connected by now, by the ids as the deliveries keep them. */
  private async accountsOf(unknown: readonly string[]): Promise<Map<string, AccountSummary>> {
    const idsOf = new Map<Channel, string[]>();
    for (const named of unknown) {
      const known = this.channels.unqualify(named);
      if (known) idsOf.set(known.channel, [...(idsOf.get(known.channel) ?? []), known.id]);
    }
    const accounts = new Map<string, AccountSummary>();
    for (const [channel, ids] of idsOf)
      for (const [id, account] of await this.accounts.findByChannelIds(channel, ids))
        accounts.set(this.channels.qualify(channel, id), account);
    return accounts;
  }
}
