import { Injectable } from '@nestjs/common';
import { AccountNotUsableError, TokenVault } from '../../accounts/index.js';
import type { DmRecord } from '../dm.schema.js';
import { clockSlackMs, matchesOpenSend, saysTheSame } from './echo-matching.js';
import { EchoMergeRepository, type SentAs } from './echo-merge.repository.js';
import { GraphMessages } from './graph-messages.js';
import { OutboundRepository } from './outbound.repository.js';
import { isProvisional } from './outbox.js';
import { SendLimits } from './send-limits.js';

/** Meta shows a message in its conversation some seconds after it took it: an earlier "not there" proves nothing. */
export const provesAbsenceAfterMs = 90_000;
/** While Meta can't be asked: how long we keep asking, and the conversation's later messages wait. Then a person decides. */
export const givesUpAfterMs = 10 * 60_000;

/** `out_of_sight`: so much was written since that Meta tells nothing about that time any more. */
export type Finding =
  | { kind: 'found'; as: SentAs }
  | { kind: 'absent' | 'out_of_sight' | 'not_known' }
  | { kind: 'not_now'; waitMs: number };

/** Looks for what became of a send in Meta's conversation; a private reply's echo is looked for in the store. */
@Injectable()
export class SendTraces {
  constructor(
    private readonly outbound: OutboundRepository,
    private readonly merging: EchoMergeRepository,
    private readonly vault: TokenVault,
    private readonly graph: GraphMessages,
    private readonly limits: SendLimits,
  ) {}

  /** @returns `not_now` when the account's looks are used up for the moment */
  async look(dm: DmRecord): Promise<Finding> {
    const refusal = await this.limits.takeLook(dm.platform_account_id);
    if (refusal) return { kind: 'not_now', waitMs: refusal.waitMs };
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
