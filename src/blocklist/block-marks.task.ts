import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { ConversationBlocksRepository } from '../conversations/index.js';
import { WalksService } from '../database/index.js';
import { Scheduled } from '../queue/index.js';
import { BlockMarksService, byTenantAndChannel } from './block-marks.service.js';
import { BlocklistRepository, type BlockedPair } from './blocklist.repository.js';

const minuteMs = 60_000;
/** Longer than any request or transaction that may have been cut short in the meantime lives. */
const lookBackMs = 10 * minuteMs;
const batch = 500;

/**
 * Marks the conversations of people who were blocked before conversations said so, once; and finds what a crash left
 * between the blocklist and a mark.
 */
@Injectable()
export class BlockMarksTask {
  constructor(
    private readonly entries: BlocklistRepository,
    private readonly conversations: ConversationBlocksRepository,
    private readonly marks: BlockMarksService,
    private readonly walks: WalksService,
    private readonly clock: Clock,
  ) {}

  @Scheduled({ name: 'settle-block-marks', everyMs: minuteMs, leaseMs: minuteMs })
  async settle(signal: AbortSignal): Promise<void> {
    const markAll = this.walks.goOn(
      'block-marks',
      async (after) => {
        const { pairs, last } = await this.entries.walk(after, batch);
        await this.settleAll(pairs);
        return last;
      },
      signal,
    );
    await markAll;
    await this.settleAll(await this.entries.pairsSince(new Date(this.clock.now() - lookBackMs), 2 * batch));
    const marked = await this.conversations.latestMarked(batch);
    await this.settleAll(marked.map(({ participant_id: id, ...owner }) => ({ ...owner, external_participant_id: id })));
  }

  private async settleAll(pairs: readonly BlockedPair[]): Promise<void> {
    for (const { owner, of } of byTenantAndChannel(pairs))
      await this.marks.settle(
        owner,
        of.map(({ external_participant_id: id }) => id),
      );
  }
}
