import { Injectable } from '@nestjs/common';
import { AppError, ConflictError, NotFoundError, UnavailableError } from '../errors/index.js';
import { DeadLettersRepository, type DeadLetter, type DeadLetterFilter } from './dead-letters.repository.js';
import { JobQueueService } from './job-queue.service.js';
import { jobs, type JobName } from './jobs.js';

/** Does again what a letter tells of. Throws when it can't be started; must be safe to run twice. */
export type Replay = (letter: DeadLetter) => Promise<void>;

export interface ReplayedPage {
  replayed: number;
  /** Those that are open still. */
  failed: { _id: string; error: string }[];
  /** Where the next page begins behind; none when this was the last. */
  lastId?: string;
}

/**
 * Replays dead letters. The rooms that write letters register how theirs are done again, at module init; letters of
 * failed jobs are done by adding the job.
 */
@Injectable()
export class DeadLetterReplaysService {
  private readonly replays = new Map<DeadLetter['kind'], Replay>();

  constructor(
    private readonly letters: DeadLettersRepository,
    private readonly queue: JobQueueService,
  ) {
    this.register('job', (letter) => this.addJobAgain(letter));
  }

  register(kind: DeadLetter['kind'], replay: Replay): void {
    if (this.replays.has(kind)) throw new Error(`dead letters of kind ${kind} are replayed by somebody else already`);
    this.replays.set(kind, replay);
  }

  /**
   * Replays a letter once: of two admins who press the button one gets to do it, and pressing again changes nothing.
   * @returns the letter as it stands afterwards
   * @throws {NotFoundError} no such letter; {ConflictError} nobody knows how; {UnavailableError} Redis is away
   */
  async replay(id: string, by: string): Promise<DeadLetter> {
    const letter = await this.letters.find(id);
    if (!letter) throw new NotFoundError('Dead letter not found.');
    const replay = this.replays.get(letter.kind);
    if (!replay) throw new ConflictError(`Letters of kind ${letter.kind} can't be replayed.`);
    const claimed = await this.letters.claimReplay(id, by);
    if (!claimed) return (await this.letters.find(id)) ?? letter;
    try {
      await replay(claimed);
    } catch (error) {
      await this.letters.reopen(id);
      throw error;
    }
    return claimed;
  }

  /**
   * Replays a page of open letters, newest first, one after the other. One that can't be started stays open and costs
   * the others nothing.
   */
  async replayPage(filter: Omit<DeadLetterFilter, 'state'>, by: string): Promise<ReplayedPage> {
    const letters = await this.letters.list({ ...filter, state: 'open' });
    const page: ReplayedPage = { replayed: 0, failed: [], lastId: letters.at(-1)?._id };
    for (const { _id } of letters) {
      try {
        await this.replay(_id, by);
        page.replayed++;
      } catch (error) {
        page.failed.push({ _id, error: error instanceof AppError ? error.message : 'It could not be started.' });
      }
    }
    return letters.length < filter.limit ? { ...page, lastId: undefined } : page;
  }

  private async addJobAgain({ subject, payload }: DeadLetter): Promise<void> {
    if (!(subject in jobs)) throw new ConflictError(`This version knows no job ${subject}.`);
    const added = await this.queue.add(subject as JobName, payload as never);
    if (!added) throw new UnavailableError('Redis is not reachable right now.', { retryAfterS: 5 });
  }
}
