import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { CommentRemovalRepository } from '../../dms/index.js';

/** Comments are what customers wrote, too: they are kept as long as DMs. */
@Injectable()
export class CommentRetention implements OnApplicationBootstrap {
  constructor(
    private readonly removal: CommentRemovalRepository,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.removal.keepFor(this.config.DM_RETENTION_DAYS ?? 0);
  }
}
