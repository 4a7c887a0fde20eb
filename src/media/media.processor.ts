import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { DmMediaRepository } from '../dms/index.js';
import { HandlesJob, JobQueueService, Scheduled } from '../queue/index.js';
import { MediaCopiesService } from './media-copies.service.js';

const perSweep = 200;
const hourMs = 3_600_000;
/** By the least its job has had all its tries; Meta's link works for days. */
const keepAgain = { leastMs: hourMs, mostMs: 24 * hourMs };

@Injectable()
export class MediaProcessor {
  constructor(
    private readonly copies: MediaCopiesService,
    private readonly repository: DmMediaRepository,
    private readonly queue: JobQueueService,
    private readonly clock: Clock,
  ) {}

  @HandlesJob('keep-media')
  async keepMedia({ dm_id }: { dm_id: string }, signal: AbortSignal): Promise<void> {
    await this.copies.keep(dm_id, signal);
  }

  @HandlesJob('drop-media')
  async dropMedia({ dm_id }: { dm_id: string }): Promise<void> {
    await this.copies.drop(dm_id);
  }

  /** Media whose job was lost, or had no luck. */
  @Scheduled({ name: 'keep-media-sweep', everyMs: 60_000 })
  async sweepToKeep(): Promise<void> {
    if (!this.copies.isConfigured) return;
    const handed: string[] = [];
    for (const dm_id of await this.repository.findToKeep(this.clock.date(), perSweep)) {
      if (!(await this.queue.add('keep-media', { dm_id }))) break;
      handed.push(dm_id);
    }
    if (handed.length > 0) await this.repository.postponeKeeping(handed, this.clock.date(), keepAgain);
  }

  /** A copy of what was taken back or deleted for good must go, also when no job sees to it. */
  @Scheduled({ name: 'drop-media-sweep', everyMs: 60_000 })
  async sweepToDrop(): Promise<void> {
    for (const dm_id of await this.repository.findToDrop(perSweep)) await this.queue.add('drop-media', { dm_id });
  }
}
