import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Clock } from '#libs/clock';
import type { GraphCallInfo, GraphUsage } from '#libs/graph-api';
import { GraphCallsService } from '../channels/index.js';
import { AccountDirectoryService } from './account-directory.service.js';
import { AccountHealthService } from './account-health.service.js';

/** Writes what Meta's answers say about an account's usage to its record. */
@Injectable()
export class UsageNotesService implements OnModuleInit {
  private readonly logger = new Logger(UsageNotesService.name);

  constructor(
    private readonly calls: GraphCallsService,
    private readonly directory: AccountDirectoryService,
    private readonly health: AccountHealthService,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.calls.onCall((info) => this.note(info));
  }

  private note({ igId, usage }: GraphCallInfo): void {
    if (!usage || igId === undefined) return;
    this.noteUsage(igId, usage).catch((error: unknown) => this.logger.debug({ msg: 'usage not noted', err: error }));
  }

  private async noteUsage(igId: string, { percent, regainMs }: GraphUsage): Promise<void> {
    const account = (await this.directory.findInAnyChannel([igId])).get(igId);
    if (!account) return;
    await this.health.noteUsage(account._id, {
      percent,
      ...(regainMs > 0 ? { regainAccessAt: new Date(this.clock.now() + regainMs) } : {}),
    });
  }
}
