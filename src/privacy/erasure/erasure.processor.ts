import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobPayloads } from '../../queue/index.js';
import { ErasureService } from './erasure.service.js';

@Injectable()
export class ErasureProcessor {
  constructor(private readonly erasures: ErasureService) {}

  @HandlesJob('erase-person')
  async erasePerson({ erasure_id: erasureId }: JobPayloads['erase-person'], signal: AbortSignal): Promise<void> {
    await this.erasures.run(erasureId, signal);
  }
}
