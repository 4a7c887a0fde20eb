import { Injectable } from '@nestjs/common';
import { DmMediaRepository } from '../dms/index.js';
import { HandlesJob, JobQueue, Scheduled } from '../queue/index.js';
import { MediaCopies } from './media-copies.service.js';

@Injectable()
export class MediaProcessor {
  constructor(
    private readonly copies: MediaCopies,
    private readonly repository: DmMediaRepository,
    private readonly queue: JobQueue,
  ) {}

  @HandlesJob('keep-media')
  async keepMedia({ dm_id }: { dm_id: string }, signal: AbortSignal): Promise<void> {
    await this.copies.keep(dm_id, signal);
  }

  @HandlesJob('drop-media')
  async dropMedia({ dm_id }: { dm_id: string }): Promise<void> {
    await this.copies.drop(dm_id);
  }

  /** A copy of what was taken back must go, also when the job that should see to it was lost. */
  @Scheduled({ name: 'drop-media-sweep', everyMs: 60_000 })
  async sweep(): Promise<void> {
    for (const dm_id of await this.repository.findToDrop(200)) await this.queue.add('drop-media', { dm_id });
  }
}
