import { Injectable } from '@nestjs/common';
import { Scheduled } from '../queue/index.js';
import { DeskRepository } from './desk.repository.js';

const batch = 500;

/** Brings back what was put off until now. */
@Injectable()
export class SnoozesTask {
  constructor(private readonly desk: DeskRepository) {}

  @Scheduled({ name: 'end-snoozes', everyMs: 10_000 })
  async wake(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.desk.wakeSome(batch)) === batch);
  }
}
