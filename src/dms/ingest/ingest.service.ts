import { Injectable, Logger } from '@nestjs/common';
import type { ClientSession } from 'mongoose';
import { Clock } from '#libs/clock';
import { PrivacyService } from '../../accounts/index.js';
import { BlockMarksService } from '../../blocklist/index.js';
import { ContendedError, TransactionsService } from '../../database/index.js';
import { metrics } from '../../observability/index.js';
import { DeadLettersRepository } from '../../queue/index.js';
import { matchesOpenSend } from '../outbound/echo-matching.js';
import type { DmRecord } from '../dm.schema.js';
import type { NewHint } from '../hints/message-hints.repository.js';
import { CommentsRepository } from './comments.repository.js';
import type { BatchSnapshot } from './batch-snapshot.js';
import { IngestBatch, type IngestItem } from './ingest-batch.js';
import { IngestRepository } from './ingest.repository.js';
import { storingFailure } from './storing-failure.js';

export interface PendingNews {
  /** Of the new messages. */
  dmIds: string[];
  /** The conversation's, as storing them left it. */
  revision: number;
}

/** What became of a batch, for whoever hands work on. */
export interface IngestOutcome {
  /** Conversations with new messages that the agent owes a look. */
  pending: Map<string, PendingNews>;
  /** Conversations that did not exist before. */
  created: Set<string>;
  /** DMs whose media is to be copied, new in the store. */
  toCopy: DmRecord[];
  /** Conversations in which an echo settled a send: what waits behind it may go out. */
  settled: Set<string>;
  /** Conversations of which nothing could be stored, because somebody holds them: come back for them. */
  held: Set<string>;
  /** Deliveries, by id, with an event that this version could not store, and why: they come again. */
  failed: Map<string, unknown>;
  /** DMs taken back, now or before: every raw copy that comes must lose its content too. */
  unsent: DmRecord[];
  /** Messages that events spoke of and that are not here. */
  hints: NewHint[];
}

/** Transactions above this size gain nothing and hold their snapshot longer. */
const batchSize = 250;
/** Live transactions are over by then, several in a row, on a busy machine too; what is still held a crash has left. */
const heldPatienceMs = 5_000;

/** Stores events: exactly once, in any order, a bad one never costing its neighbours. */
@Injectable()
export class IngestService {
  private readonly logger = new Logger(IngestService.name);

  constructor(
    private readonly repository: IngestRepository,
    private readonly comments: CommentsRepository,
    private readonly transactions: TransactionsService,
    private readonly deadLetters: DeadLettersRepository,
    private readonly privacy: PrivacyService,
    private readonly blockMarks: BlockMarksService,
    private readonly clock: Clock,
  ) {}

  /** @throws when the store is away, or refuses what is no event's fault; what of it could not be stored for now, the outcome names as `held` */
  async store(items: IngestItem[]): Promise<IngestOutcome> {
    const outcome: IngestOutcome = {
      pending: new Map(),
      created: new Set(),
      settled: new Set(),
      held: new Set(),
      failed: new Map(),
      toCopy: [],
      unsent: [],
      hints: [],
    };
    await this.storeComments(items);
    // Oldest first, so that a batch that holds a whole history ends with the conversation in its latest state.
    const ordered = [...items].sort((a, b) => a.event.timestamp - b.event.timestamp);
    for (let start = 0; start < ordered.length; start += batchSize) {
      const batch = ordered.slice(start, start + batchSize);
      await this.storeBatch(
        batch.filter(({ context }) => !outcome.held.has(context.conversationId)),
        outcome,
      );
    }
    for (const { event } of items) metrics.webhookEvents.inc({ kind: event.kind });
    return outcome;
  }

  private async storeBatch(items: IngestItem[], outcome: IngestOutcome): Promise<void> {
    try {
      report(await this.commit(items), outcome);
    } catch (error) {
      if (error instanceof ContendedError) return this.storeAround(items, error, outcome);
      const failure = storingFailure(error);
      if (failure === 'store') throw error;
      if (items.length > 1) {
        // One of them can't be stored; find it without costing the others.
        for (const item of items) await this.storeBatch([item], outcome);
        return;
      }
      const item = items[0] as IngestItem;
      // What nobody delivered can't be delivered again.
      const { deliveryId } = item.context;
      if (failure === 'content' || !deliveryId) await this.setAside(item, error);
      else outcome.failed.set(String(deliveryId), error);
    }
  }

  /**
   * Somebody holds some of the conversations, at worst the transaction of a process that was killed: the others must
   * not wait for them.
   */
  private async storeAround(items: IngestItem[], error: ContendedError, outcome: IngestOutcome): Promise<void> {
    const held = await this.repository.heldAmong(items);
    if (held.size === 0) throw error;
    for (const id of held) outcome.held.add(id);
    const free = items.filter(({ context }) => !held.has(context.conversationId));
    if (free.length > 0) await this.storeBatch(free, outcome);
  }

  private async commit(items: IngestItem[]): Promise<IngestBatch> {
    let tries = 0;
    const store = async (session: ClientSession): Promise<IngestBatch> => {
      const snapshot = await this.repository.snapshot(session, items, ++tries > 1);
      await this.noteErasures(snapshot, items);
      const batch = new IngestBatch(snapshot, matchesOpenSend);
      for (const item of items) batch.apply({ ...item, context: { ...item.context, now: this.clock.date() } });
      await this.repository.write(session, batch);
      return batch;
    };
    const batch = await this.transactions.run(store, { patienceMs: heldPatienceMs });
    await this.settleBlocked(batch);
    return batch;
  }

  /** Somebody may have been blocked or unblocked while their conversation began. The messages are stored either way. */
  private async settleBlocked(batch: IngestBatch): Promise<void> {
    const begun = batch.conversations().filter(({ _id }) => batch.created.has(_id));
    if (begun.length === 0) return;
    await this.blockMarks.settleBegun(begun).catch((error: unknown) => {
      this.logger.warn({ msg: 'who is blocked could not be looked up again; a task does it', err: error });
    });
  }

  /**
   * Whoever was erased has no conversation: of all others nobody needs to ask. Looked up behind the snapshot, because a
   * delivery may have waited here while its author was being erased.
   */
  private async noteErasures(snapshot: BatchSnapshot, items: IngestItem[]): Promise<void> {
    const strangers = items.filter(({ context }) => !snapshot.conversations.has(context.conversationId));
    const ids = [...new Set(strangers.map(({ context }) => context.participantId))];
    if (ids.length > 0) snapshot.erasedAt = await this.privacy.erasedAtOf(ids);
  }

  /** Recorded first and looked up behind it, because whoever is erased at this very moment was looked for before. */
  private async storeComments(items: IngestItem[]): Promise<void> {
    const comments = items.flatMap(({ event, context }) => {
      const own = event.isSelf || (event.senderId !== undefined && context.ownIds.has(event.senderId));
      return (event.kind === 'comment' || event.kind === 'mention') && !own
        ? [{ account: context.account, event, now: this.clock.date() }]
        : [];
    });
    if (comments.length === 0) return;
    await this.comments.record(comments);
    const senders = [...new Set(comments.flatMap(({ event }) => event.senderId ?? []))];
    for (const [from_id, erasedAt] of await this.privacy.erasedAtOf(senders))
      await this.comments.erase({ from_id }, { saidUpTo: erasedAt });
  }

  private async setAside({ event, context }: IngestItem, error: unknown): Promise<void> {
    this.logger.error({
      msg: 'an event could not be stored',
      kind: event.kind,
      account_id: context.account._id,
      err: error,
    });
    await this.deadLetters.record({
      kind: 'event',
      subject: event.kind,
      reason: 'not_storable',
      error: error instanceof Error ? error.message : String(error),
      user_id: context.account.user_id,
      platform_account_id: context.account._id,
      payload: { delivery_id: context.deliveryId?.toHexString(), index: event.index },
    });
  }
}

function report(batch: IngestBatch, outcome: IngestOutcome): void {
  for (const id of batch.created) outcome.created.add(id);
  for (const { before, after } of batch.changes()) {
    if (!after) continue;
    if (before?.outbound_open && !after.outbound_open) outcome.settled.add(after.conversation_id);
    const id = after._id.toHexString();
    if (after.agent_state === 'pending' && before?.agent_state !== 'pending') {
      const { dmIds = [] } = outcome.pending.get(after.conversation_id) ?? {};
      outcome.pending.set(after.conversation_id, {
        dmIds: [...dmIds, id],
        revision: batch.revisionOf(after.conversation_id),
      });
    }
    if (after.agent_state === 'skipped' && after.agent_reason && !before?.agent_state)
      metrics.agentSkips.inc({ reason: after.agent_reason });
    if (after.media_to_keep && !before?.media_to_keep) outcome.toCopy.push(after);
  }
  outcome.unsent.push(...batch.unsent());
  outcome.hints.push(...batch.hints());
}
