import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { DeliveryLog } from './delivery-log.repository.js';

/** Lets MongoDB delete raw deliveries after `RETENTION_DAYS`, also those that came in under an older setting. */
@Injectable()
export class DeliveryRetention implements OnApplicationBootstrap {
  constructor(
    private readonly log: DeliveryLog,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.log.keepFor(this.config.RETENTION_DAYS);
  }
}
