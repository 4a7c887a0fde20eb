import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountNotUsableError, TokenVaultService, type AccountAccess } from '../../accounts/index.js';
import type { Listing, ShownMessage } from '../../channels/index.js';
import { AppConfig } from '../../config/index.js';
import { DeliveryLogRepository } from '../../deliveries/index.js';
import type { DmRecord } from '../dm.schema.js';
import { readListing, untoldIn, type Holder, type ListingSays } from './absence.js';
import { ChannelMessagesService } from './channel-messages.service.js';
import { clockSlackMs, saysTheSame } from './echo-matching.js';
import { EchoMergeRepository, type SentAs } from './echo-merge.repository.js';
import { OutboundRepository } from './outbound.repository.js';
import { isProvisional } from './outbox.service.js';
import { SendLimitsService } from './send-limits.service.js';

/** While nothing can be proven we keep asking for so many times what a proof takes; later messages wait. Then a person decides. */
const patience = 6;
/** Meta's first echo is usually there by then. */
const lookAgainMs = 5_000;
/** A list of bare ids costs a call for each: no more than this many, and no longer. */
const maxDetails = 8;
const detailsPatienceMs = 8_000;

/** What became of a send whose outcome is in doubt. */
export type Finding =
  | { kind: 'found'; as: SentAs }
  /** Proven: nothing was sent. Only this allows to send it again, or to call it failed. */
  | { kind: 'absent' }
  /** Not to be told yet. */
  | { kind: 'not_yet'; waitMs: number }
  /** It will not be told any more: an operator decides. */
  | { kind: 'unknowable'; because: string };

/**
 * Looks for what became of a send in Meta's conversation; a private reply's echo is looked for in the store. The one
 * place that says whether something was not sent: for trying again as for settling.
 */
@Injectable()
export class SendTracesService {
  constructor(
    private readonly config: AppConfig,
    private readonly outbound: OutboundRepository,
    private readonly merging: EchoMergeRepository,
    private readonly vault: TokenVaultService,
    private readonly messages: ChannelMessagesService,
    private readonly limits: SendLimitsService,
    private readonly deliveries: DeliveryLogRepository,
    private readonly clock: Clock,
  ) {}

  async look(dm: DmRecord): Promise<Finding> {
    const elapsedMs = this.clock.now() - (dm.sending_at ?? dm.created_at).getTime();
    const refusal = await this.limits.takeLook(dm.platform_account_id);
    // Hundreds may wait for an account's one look a second; their echoes settle most of them meanwhile.
    if (refusal) return notYet(Math.max(refusal.waitMs, Math.min(30_000, Math.max(3_000, elapsedMs / 4))), 1);
    if (isProvisional(dm.recipient_id)) return (await this.lookForEcho(dm)) ?? this.unclear(elapsedMs);
    const says = await this.lookAtConversation(dm);
    const untilProofMs = this.provenAfterMs - elapsedMs;
    switch (says.kind) {
      case 'found':
        return { kind: 'found', as: { mid: says.mid } };
      case 'unclear':
        return this.unclear(elapsedMs);
      case 'out_of_sight':
        if (untilProofMs > 0) break;
        return { kind: 'unknowable', because: 'Meta’s conversation has moved on too far to show the message' };
      case 'nothing':
        if (untilProofMs > 0) break;
        // What Meta delivered until then must be stored first: the echo may be in it.
        return (await this.isBehind(dm)) ? this.unclear(elapsedMs) : { kind: 'absent' };
    }
    return notYet(Math.min(untilProofMs, Math.max(lookAgainMs, elapsedMs)), 0.1);
  }

  /** Counted from the claim: the call itself takes its time first. */
  private get provenAfterMs(): number {
    return this.config.SEND_PROOF_MS + this.config.GRAPH_TIMEOUT_MS;
  }

  private unclear(elapsedMs: number): Finding {
    if (elapsedMs < patience * this.provenAfterMs)
      return notYet(Math.max(lookAgainMs, Math.min(elapsedMs / 2, 60_000)), 1);
    return { kind: 'unknowable', because: 'Meta did not tell clearly enough whether it was sent' };
  }

  private async lookAtConversation(dm: DmRecord): Promise<ListingSays> {
    try {
      const access = await this.vault.accessFor(dm.platform_account_id);
      const listing = await this.messages.newest(access, dm.recipient_id);
      if (!listing) return { kind: 'unclear' };
      const known = await this.knownOf(dm, listing);
      return readListing(dm, await this.inDetail(access, dm, listing, known.held), known);
    } catch (error) {
      if (error instanceof AccountNotUsableError) return { kind: 'unclear' };
      throw error;
    }
  }

  private async knownOf(dm: DmRecord, { messages }: Listing) {
    const mids = messages.map(({ mid }) => mid);
    const [held, knowsOlder] = await Promise.all([
      this.outbound.holdersOf(dm.platform_account_id, mids),
      this.outbound.knowsOlder(dm.conversation_id, dm.first_sending_at ?? dm.created_at),
    ]);
    return { held, knowsOlder };
  }

  /** Some answers list ids alone; each message that matters then has to be asked for. */
  private async inDetail(
    access: AccountAccess,
    dm: DmRecord,
    listing: Listing,
    held: ReadonlyMap<string, Holder>,
  ): Promise<Listing> {
    const untold = untoldIn(dm, listing, held);
    if (untold.length === 0 || untold.length > maxDetails) return listing;
    const stopAt = performance.now() + detailsPatienceMs;
    const told = new Map<string, ShownMessage>();
    for (const mid of untold) {
      for (let wait = await this.nextCall(dm); wait > 0; wait = await this.nextCall(dm)) {
        if (performance.now() + wait > stopAt) return listing;
        await delay(wait);
      }
      const detail = await this.messages.detailOf(access, mid, dm.recipient_id);
      if (!detail) return listing;
      told.set(mid, detail);
    }
    return { ...listing, messages: listing.messages.map((message) => told.get(message.mid) ?? message) };
  }

  private async nextCall(dm: DmRecord): Promise<number> {
    return (await this.limits.takeReading(dm.platform_account_id))?.waitMs ?? 0;
  }

  private isBehind(dm: DmRecord): Promise<boolean> {
    const from = new Date((dm.first_sending_at ?? dm.created_at).getTime() - clockSlackMs);
    const to = new Date((dm.sending_at ?? dm.created_at).getTime() + this.provenAfterMs);
    return this.deliveries.isBehind(dm.platform_account_id, from, to);
  }

  /** A private reply's person is not known here, so no conversation can be looked at; its echo names the person. */
  private async lookForEcho(dm: DmRecord): Promise<Finding | undefined> {
    const since = dm.first_sending_at ?? dm.created_at;
    const echoes = await this.merging.strayEchoes(dm.platform_account_id, since);
    const same = echoes.filter((echo) => saysTheSame(dm, echo) && echo.timestamp >= since.getTime() - clockSlackMs);
    const [only] = same;
    if (same.length !== 1 || !only?.message_id) return undefined;
    return { kind: 'found', as: { mid: only.message_id, recipientId: only.recipient_id } };
  }
}

/** Spread, so that a crowd does not come back as one. */
function notYet(waitMs: number, spread: number): Finding {
  return { kind: 'not_yet', waitMs: Math.max(1, waitMs * (1 + Math.random() * spread)) };
}
