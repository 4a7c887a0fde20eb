import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import {
  AccountDirectoryService,
  AccountNotUsableError,
  TokenVaultService,
  type AccountAccess,
} from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import type { Conversation } from '../../conversations/index.js';
import type { DmError, DmRecord, HeldReason } from '../dm.schema.js';
import { isInDoubt } from './call-outcome.js';
import type { SentAs } from './echo-merge.repository.js';
import { SendCircuitsService } from './send-circuits.service.js';
import { SendLimitsService } from './send-limits.service.js';
import { SendPaceService } from './send-pace.service.js';
import { SendTracesService } from './send-traces.service.js';
import { isUnwanted, optOutSentence } from './opt-outs.js';
import { isOutsideWindow, windowSentence } from './send-window.js';
import { OutboundRepository } from './outbound.repository.js';
import { followerError } from './follower-error.js';
import { SupersededRepliesService } from './superseded-replies.service.js';

/** Whether a DM may go out at this moment. */
export type GateResult =
  | { pass: true; access: AccountAccess }
  | { pass: false; hold: { until: Date; reason: HeldReason } }
  | { pass: false; fail: DmError }
  /** Something came first, or an earlier part failed: it is not to be sent any more, and needs no letter. */
  | { pass: false; drop: DmError }
  /** Meta has it already. */
  | { pass: false; sent: SentAs }
  /** Meta may have it, and nobody can see: to repeat it would be blind. */
  | { pass: false; unseen: DmError };

/** How often a DM of an account that can't send is looked at again. */
const accountPollMs = 60_000;
/** Nothing that has waited this long is still an answer. */
const expiresMs = 7 * 24 * 3_600_000;

/**
 * Everything that is asked right before a send, never when it is queued: a message may have waited past the window,
 * past its account's token, into somebody else's rate limit.
 */
@Injectable()
export class SendGatesService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly accounts: AccountDirectoryService,
    private readonly vault: TokenVaultService,
    private readonly circuits: SendCircuitsService,
    private readonly pace: SendPaceService,
    private readonly limits: SendLimitsService,
    private readonly traces: SendTracesService,
    private readonly superseded: SupersededRepliesService,
    private readonly outbound: OutboundRepository,
    private readonly clock: Clock,
  ) {}

  async ask(dm: DmRecord, conversation: Conversation): Promise<GateResult> {
    const now = this.clock.now();
    const settled = isInDoubt(dm) ? await this.lookFirst(dm) : undefined;
    if (settled) return settled;
    const earlier = await this.outbound.partBefore(dm);
    if (earlier?.status === 'failed') return { pass: false, drop: followerError(earlier.error) };
    if (now - dm.created_at.getTime() > expiresMs)
      return fail('expired', 'It waited for more than 7 days and was not sent.');
    if (isOutsideWindow(dm, conversation.last_inbound_at, now, this.channels.get(conversation.platform).capabilities))
      return fail('outside_window', windowSentence);
    if (isUnwanted(dm.outbound ?? {}, conversation)) return fail('opted_out', optOutSentence);
    const superseded = await this.superseded.reasonFor(dm, conversation);
    if (superseded !== undefined) return { pass: false, drop: { kind: 'superseded', message: superseded } };
    const access = await this.accessFor(dm.platform_account_id);
    if (!access) return this.holdFor(accountPollMs * (1 + Math.random() / 2), 'account');
    const account = await this.accounts.get(dm.platform_account_id);
    const pausedUntil = account?.sends_paused_until;
    if (pausedUntil && pausedUntil.getTime() > now) return holdUntil(pausedUntil, 'sends_paused');
    const openMs = this.circuits.waitMs(access.login, dm.platform_account_id);
    if (openMs > 0) return this.holdFor(openMs, 'circuit_open');
    const { heldUntil, weight } = await this.pace.of(dm.platform_account_id);
    if (heldUntil) return holdUntil(heldUntil, 'meta_limit');
    const refusal = await this.limits.takeSend(dm.platform_account_id, dm.recipient_id, weight);
    // Spread, so that a crowd of waiting conversations does not come back as one.
    if (refusal) return this.holdFor(refusal.waitMs * (1 + Math.random() / 5), 'rate_limit');
    return { pass: true, access };
  }

  /** @returns `undefined` when it is proven that it was not sent */
  private async lookFirst(dm: DmRecord): Promise<GateResult | undefined> {
    const finding = await this.traces.look(dm);
    switch (finding.kind) {
      case 'found':
        return { pass: false, sent: finding.as };
      case 'absent':
        return undefined;
      case 'not_yet':
        return this.holdFor(finding.waitMs, 'retry');
      case 'unknowable': {
        const message = `Meta asked to try again, which it also does of what it has sent, and ${finding.because}.`;
        return { pass: false, unseen: { ...dm.error, kind: 'no_answer', message } };
      }
    }
  }

  private async accessFor(accountId: string): Promise<AccountAccess | null> {
    try {
      return await this.vault.accessFor(accountId);
    } catch (error) {
      if (error instanceof AccountNotUsableError) return null;
      throw error;
    }
  }

  private holdFor(waitMs: number, reason: HeldReason): GateResult {
    return holdUntil(new Date(this.clock.now() + waitMs), reason);
  }
}

function holdUntil(until: Date, reason: HeldReason): GateResult {
  return { pass: false, hold: { until, reason } };
}

function fail(kind: string, message: string): GateResult {
  return { pass: false, fail: { kind, message } };
}
