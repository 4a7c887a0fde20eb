import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AppConfig } from '../../config/index.js';
import { DmRemovalRepository } from '../../dms/index.js';
import { MediaStorageService } from '../../media/index.js';
import { DeadLettersRepository, Scheduled } from '../../queue/index.js';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const batch = 500;

/** Removes DMs that are older than `DM_RETENTION_DAYS`, where that is set; by default they are kept for good. */
@Injectable()
export class DmRetentionService {
  private readonly logger = new Logger(DmRetentionService.name);

  constructor(
    private readonly removal: DmRemovalRepository,
    private readonly media: MediaStorageService,
    private readonly deadLetters: DeadLettersRepository,
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  @Scheduled({ name: 'purge-old-dms', everyMs: hourMs, leaseMs: hourMs })
  async purge(signal: AbortSignal): Promise<void> {
    const days = this.config.DM_RETENTION_DAYS;
    if (days === undefined) return;
    const before = new Date(this.clock.now() - days * dayMs);
    let removed = 0;
    for (;;) {
      const conversations = await this.removal.conversationsWithDmsBefore(before, batch);
      for (const id of conversations) {
        if (signal.aborted) return;
        removed += await this.purgeConversation(id, before.getTime());
      }
      if (conversations.length === 0) break;
    }
    if (removed > 0) this.logger.log({ msg: 'removed DMs past their retention', dms: removed });
  }

  private async purgeConversation(id: string, beforeMs: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const { ids, mediaKeys } = await this.removal.next(id, beforeMs);
      if (ids.length === 0) break;
      if (this.media.isConfigured) await this.media.remove(mediaKeys);
      await this.deadLetters.removeAbout(ids);
      removed += await this.removal.remove(id, ids, { copiesStay: !this.media.isConfigured });
    }
    await this.removal.removeConversation(id);
    return removed;
  }
}
