import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { JobQueueService } from '../../queue/index.js';
import type { DmRecord } from '../dm.schema.js';
import { isInDoubt } from './call-outcome.js';
import { OutboundRepository } from './outbound.repository.js';
import { SendOutcomesService } from './send-outcomes.service.js';
import { SendTracesService } from './send-traces.service.js';

/**
 * Finds out what became of a send whose answer we never saw, or could not rely on. Its echo usually settles it; else a
 * look at Meta's conversation does. It is never sent again from here: what stays unknown waits for an operator.
 */
@Injectable()
export class SendSettlingService {
  constructor(
    private readonly outbound: OutboundRepository,
    private readonly traces: SendTracesService,
    private readonly outcomes: SendOutcomesService,
    private readonly jobs: JobQueueService,
    private readonly clock: Clock,
  ) {}

  /** Does what is due for this DM; a hint that comes too early or twice changes nothing. */
  async settle(dmId: string): Promise<void> {
    const dm = await this.outbound.find(dmId);
    const due = dm?.outbound_open && dm.next_attempt_at && dm.next_attempt_at.getTime() <= this.clock.now();
    if (!dm || !due) return;
    if (dm.status === 'sent' || dm.status === 'failed') await this.outbound.close(dm);
    if (dm.status !== 'sending' && dm.status !== 'unconfirmed') return;
    // What stands there is Meta's answer to an earlier call.
    if (dm.status === 'sending') delete dm.error;
    const finding = await this.traces.look(dm);
    if (finding.kind === 'not_yet') return this.lookAgain(dm, finding.waitMs);
    if (finding.kind === 'found') await this.outcomes.sent(dm, finding.as);
    else if (finding.kind === 'absent') await this.notSent(dm);
    else {
      const message = `Meta’s answer was lost, and ${finding.because}.`;
      await this.outcomes.unconfirmed(dm, { ...dm.error, kind: 'no_answer', message });
    }
    await this.jobs.add('send-conversation', { conversation_id: dm.conversation_id });
  }

  private async notSent(dm: DmRecord): Promise<void> {
    // Meta had refused it with "try again" too often, and has not sent it all the same.
    if (dm.error && isInDoubt(dm)) return this.outcomes.failed(dm, dm.error, ['unconfirmed']);
    const message = 'Meta’s answer was lost, and Meta’s conversation does not show the message.';
    await this.outcomes.unconfirmed(dm, { ...dm.error, kind: 'not_found', message });
  }

  private async lookAgain(dm: DmRecord, waitMs: number): Promise<void> {
    const error = dm.error ?? { kind: 'no_answer', message: 'The process that sent it ended before Meta’s answer.' };
    await this.outcomes.unconfirmed(dm, error, new Date(this.clock.now() + waitMs));
  }
}
