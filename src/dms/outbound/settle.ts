import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { JobQueue } from '../../queue/index.js';
import type { DmRecord } from '../dm.schema.js';
import { isInDoubt } from './call-outcome.js';
import { OutboundRepository } from './outbound.repository.js';
import { SendOutcomes } from './send-outcomes.js';
import { givesUpAfterMs, provesAbsenceAfterMs, SendTraces } from './send-traces.js';

/**
 * Finds out what became of a send whose answer we never saw, or could not rely on. Its echo usually settles it; else a
 * look at Meta's conversation does. It is never sent again from here: what stays unknown waits for an operator.
 */
@Injectable()
export class SendSettling {
  constructor(
    private readonly outbound: OutboundRepository,
    private readonly traces: SendTraces,
    private readonly outcomes: SendOutcomes,
    private readonly jobs: JobQueue,
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
    if (finding.kind === 'not_now')
      return this.lookAgain(dm, Math.max(finding.waitMs, this.turnMs(dm)) * (1 + Math.random()));
    if (finding.kind === 'found') await this.outcomes.sent(dm, finding.as);
    else await this.stillOpen(dm, finding.kind);
    await this.jobs.add('send-conversation', { conversation_id: dm.conversation_id });
  }

  private async stillOpen(dm: DmRecord, finding: 'absent' | 'out_of_sight' | 'not_known'): Promise<void> {
    const elapsedMs = this.clock.now() - (dm.sending_at?.getTime() ?? 0);
    if (finding === 'absent' && elapsedMs >= provesAbsenceAfterMs) {
      // Meta had refused it with "try again" too often, and has not sent it all the same.
      if (dm.error && isInDoubt(dm)) return this.outcomes.failed(dm, dm.error, ['unconfirmed']);
      const message = 'Meta’s answer was lost, and Meta’s conversation does not show the message.';
      await this.outcomes.unconfirmed(dm, { ...dm.error, kind: 'not_found', message });
    } else if (finding === 'out_of_sight' && elapsedMs >= provesAbsenceAfterMs) {
      const message = 'Meta’s answer was lost, and Meta’s conversation has moved on too far to show the message.';
      await this.outcomes.unconfirmed(dm, { ...dm.error, kind: 'no_answer', message });
    } else if (elapsedMs >= givesUpAfterMs) {
      const message = 'Meta’s answer was lost, and Meta could not be asked whether the message was sent.';
      await this.outcomes.unconfirmed(dm, { ...dm.error, kind: 'no_answer', message });
    } else {
      const untilProofMs = provesAbsenceAfterMs - elapsedMs;
      await this.lookAgain(dm, Math.max(2_000, finding === 'not_known' ? Math.min(elapsedMs, 120_000) : untilProofMs));
    }
  }

  /** Hundreds may wait for an account's one look a second; their echoes settle most of them meanwhile. */
  private turnMs({ sending_at: sendingAt }: DmRecord): number {
    const elapsedMs = this.clock.now() - (sendingAt?.getTime() ?? 0);
    return Math.min(30_000, Math.max(3_000, elapsedMs / 4));
  }

  private async lookAgain(dm: DmRecord, waitMs: number): Promise<void> {
    const error = dm.error ?? { kind: 'no_answer', message: 'The process that sent it ended before Meta’s answer.' };
    await this.outcomes.unconfirmed(dm, error, new Date(this.clock.now() + waitMs));
  }
}
