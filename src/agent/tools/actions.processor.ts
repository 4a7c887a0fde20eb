import { Injectable } from '@nestjs/common';
import { HandlesJob, Scheduled } from '../../queue/index.js';
import { ActionRunsService } from './action-runs.service.js';

/** Approved actions: the job, and the sweep that finds what lost it. */
@Injectable()
export class ActionsProcessor {
  constructor(private readonly runs: ActionRunsService) {}

  @HandlesJob('run-action')
  async run({ action_id: actionId }: { action_id: string }): Promise<void> {
    await this.runs.run(actionId);
  }

  @Scheduled({ name: 'sweep-actions', everyMs: 5_000 })
  async sweep(): Promise<void> {
    await this.runs.sweep();
  }
}
