import { Injectable } from '@nestjs/common';
import { WalksService } from '../database/index.js';
import { Scheduled } from '../queue/index.js';
import { WaitingRepository } from './waiting.repository.js';

/** Notes who waited for an answer before that was noted with each message. */
@Injectable()
export class WaitingTask {
  constructor(
    private readonly waiting: WaitingRepository,
    private readonly walks: WalksService,
  ) {}

  @Scheduled({ name: 'note-waiting', everyMs: 30_000 })
  async note(signal: AbortSignal): Promise<void> {
    await this.walks.goOn('waiting-1', (after) => this.waiting.noteSome(after), signal);
  }
}
