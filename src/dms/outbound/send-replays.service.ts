import { Injectable, type OnModuleInit } from '@nestjs/common';
import { NotFoundError } from '../../errors/index.js';
import { metrics, ScrapeSourcesService } from '../../observability/index.js';
import { DeadLetterReplaysService, JobQueueService, type DeadLetter } from '../../queue/index.js';
import { OutboundRepository } from './outbound.repository.js';
import { OutboxService } from './outbox.service.js';

/** What admins see of the way out: its backlog, and the letters of what failed, which they may have sent again. */
@Injectable()
export class SendReplaysService implements OnModuleInit {
  constructor(
    private readonly replays: DeadLetterReplaysService,
    private readonly outbox: OutboxService,
    private readonly outbound: OutboundRepository,
    private readonly jobs: JobQueueService,
    private readonly sources: ScrapeSourcesService,
  ) {}

  onModuleInit(): void {
    this.replays.register('send', (letter) => this.sendAgain(letter));
    this.sources.add('sends', async () => {
      const { queued = 0, sending = 0, unconfirmed = 0 } = await this.outbound.countOpen();
      metrics.backlog.set({ kind: 'queued_sends' }, queued + sending);
      metrics.backlog.set({ kind: 'unconfirmed' }, unconfirmed);
    });
  }

  /** Meta refused it, so a second call can't make a second message; whatever the gates say then holds again. */
  private async sendAgain({ payload }: DeadLetter): Promise<void> {
    const conversationId = await this.outbox.requeueFailed(String(payload['dm_id']));
    if (!conversationId) throw new NotFoundError('There is no failed message to send again.');
    await this.jobs.add('send-conversation', { conversation_id: conversationId });
  }
}
