import { Injectable } from '@nestjs/common';
import { Scheduled } from '../../queue/index.js';
import { KnowledgePagesService } from './knowledge-pages.service.js';

/** The sweep by which pages are fetched. */
@Injectable()
export class KnowledgeProcessor {
  constructor(private readonly pages: KnowledgePagesService) {}

  /** What is due stands in MongoDB, so there is no job to lose. */
  @Scheduled({ name: 'fetch-knowledge', everyMs: 5_000 })
  async fetchDue(signal: AbortSignal): Promise<void> {
    await this.pages.fetchDue(signal);
  }
}
