import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { AuditLog } from './audit-log.repository.js';

/** Lets MongoDB delete entries of the audit log after `AUDIT_RETENTION_DAYS`. */
@Injectable()
export class AuditRetention implements OnApplicationBootstrap {
  constructor(
    private readonly log: AuditLog,
    private readonly config: AppConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.log.keepFor(this.config.AUDIT_RETENTION_DAYS);
  }
}
