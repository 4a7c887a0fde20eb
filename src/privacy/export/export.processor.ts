import { Injectable } from '@nestjs/common';
import { HandlesJob, JobQueueService, Scheduled, type JobPayloads } from '../../queue/index.js';
import { ExportService } from './export.service.js';
import { ExportsRepository } from './exports.repository.js';

const batch = 20;

@Injectable()
export class ExportProcessor {
  constructor(
    private readonly exporting: ExportService,
    private readonly exports: ExportsRepository,
    private readonly queue: JobQueueService,
  ) {}

  @HandlesJob('export-data')
  async exportData({ export_id: exportId }: JobPayloads['export-data'], signal: AbortSignal): Promise<void> {
    await this.exporting.run(exportId, signal);
  }

  /** One whose job was lost, or whose worker died, is enqueued again. */
  @Scheduled({ name: 'export-data', everyMs: 60_000 })
  async sweep(): Promise<void> {
    for (const id of await this.exports.findUnfinished(batch)) {
      if (!(await this.queue.add('export-data', { export_id: id }))) break;
    }
  }
}
