import { Injectable } from '@nestjs/common';
import type { WebhookEvent } from '#libs/graph-api';
import { ChannelsService, type Channel } from '../channels/index.js';
import { TemplatesRepository } from './templates.repository.js';

/** What a channel tells of templates by itself: approved, paused, another category, other words. */
@Injectable()
export class TemplateNoticesService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly templates: TemplatesRepository,
  ) {}

  /** Notices about anything else change nothing; told twice it changes nothing more. */
  async note(channel: Channel, event: WebhookEvent): Promise<void> {
    if (event.kind !== 'notice') return;
    const change = this.channels.get(channel).templates?.changeOf(event);
    if (change) await this.templates.applyChange(change, new Date(change.at ?? event.timestamp));
  }
}
