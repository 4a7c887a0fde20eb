import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountNotUsableError, TokenVault } from '../../accounts/index.js';
import { JobQueue } from '../../queue/index.js';
import type { DmRecord } from '../dm.schema.js';
import { clockSlackMs, matchesOpenSend, saysTheSame } from './echo-matching.js';
import { EchoMergeRepository, type SentAs } from './echo-merge.repository.js';
import { GraphMessages } from './graph-messages.js';
import { OutboundRepository } from './outbound.repository.js';
import { isProvisional } from './outbox.js';
import { SendLimits } from './send-limits.js';
import { SendOutcomes } from './send-outcomes.js';

/** Meta shows a message in its conversation some seconds after it took it: an earlier "not there" proves nothing. */
const provesAbsenceAfterMs = 90_000;
/** While Meta can't be asked: how long we keep asking, and the conversation's later messages wait. */
const givesUpAfterMs = 10 * 60_000;

/** `out_of_sight`: so much was written since that Meta tells nothing about that time any more. */
type Finding = { kind: 'found'; as: SentAs } | { kind: 'absent' | 'out_of_sight' | 'not_known' };

/**
 * Finds out what became of a send whose answer we never saw. Its echo usually settles it; else a look at Meta's
 * conversation does. It is never sent again from here: what stays unknown waits for an operator.
 */
@Injectable()
export class SendSettling {
  constructor(
    private readonly outbound: OutboundRepository,
    private readonly merging: EchoMergeRepository,
    private readonly outcomes: SendOutcomes,
    private readonly vault: TokenVault,
    private readonly graph: GraphMessages,
    private readonly limits: SendLimits,
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
    const refusal = await this.limits.takeLook(dm.platform_account_id);
    if (refusal) return this.lookAgain(dm, Math.max(refusal.waitMs, this.turnMs(dm)) * (1 + Math.random()));
    const finding = await this.look(dm);
    if (finding.kind === 'found') await this.outcomes.sent(dm, finding.as);
    else await this.stillOpen(dm, finding.kind);
    await this.jobs.add('send-conversation', { conversation_id: dm.conversation_id });
  }

  private async stillOpen(dm: DmRecord, finding: 'absent' | 'out_of_sight' | 'not_known'): Promise<void> {
    const elapsedMs = this.clock.now() - (dm.sending_at?.getTime() ?? 0);
    if (finding === 'absent' && elapsedMs >= provesAbsenceAfterMs) {
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

  private async look(dm: DmRecord): Promise<Finding> {
    if (isProvisional(dm.recipient_id)) return this.lookForEcho(dm);
    try {
      const access = await this.vault.accessFor(dm.platform_account_id);
      const sight = await this.graph.recentlySent(access, dm.recipient_id);
      if (!sight) return { kind: 'not_known' };
      for (const message of sight.messages) {
        if (!matchesOpenSend(dm, message)) continue;
        const holder = await this.outbound.findByMid(dm.platform_account_id, message.mid);
        // A placeholder is what was said about this very message, before anybody here knew it by its mid.
        if (!holder || holder.placeholder) return { kind: 'found', as: { mid: message.mid } };
      }
      const startedAt = (dm.first_sending_at ?? dm.created_at).getTime();
      return { kind: sight.reachesBackTo < startedAt - clockSlackMs ? 'absent' : 'out_of_sight' };
    } catch (error) {
      if (error instanceof AccountNotUsableError) return { kind: 'not_known' };
      throw error;
    }
  }

  /** A private reply's person is not known here, so no conversation can be looked at; its echo names the person. */
  private async lookForEcho(dm: DmRecord): Promise<Finding> {
    const since = dm.first_sending_at ?? dm.created_at;
    const echoes = await this.merging.strayEchoes(dm.platform_account_id, since);
    const same = echoes.filter((echo) => saysTheSame(dm, echo) && echo.timestamp >= since.getTime() - 5_000);
    const [only] = same;
    if (same.length !== 1 || !only?.message_id) return { kind: 'not_known' };
    return { kind: 'found', as: { mid: only.message_id, recipientId: only.recipient_id } };
  }
}
