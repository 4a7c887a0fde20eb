import {
  directionOf,
  type MessageEvent,
  type ReadEvent,
  type ReferralEvent,
  type StatusEvent,
  type WebhookEvent,
} from '#libs/graph-api';
import { emptyConversation, type Conversation } from '../../conversations/index.js';
import { applyToConversation, isJudged, isVisible, noteAnswer, noteCustomerAction } from '../dm-change.js';
import type { DmChange } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { clockSlackMs } from '../outbound/echo-matching.js';
import type { NewHint } from '../hints/message-hints.repository.js';
import { untoldEdit, withWhatWasSaid } from '../merge-dm.js';
import { slotOf, type BatchSnapshot, type ReadMark } from './batch-snapshot.js';
import { noteMarketing, type MarketingWish } from './marketing-wish.js';
import { noteHandover } from './note-handover.js';
import { noteName } from './note-name.js';
import { opensWindow } from './opens-window.js';
import { dmKeyOf, isFetched, isFull, reduceDm, type DmEvent, type IngestContext } from './reduce-dm.js';
import { storedReferral } from './stored-fields.js';
import { WhoAnswers } from './who-answers.js';

/** An event, matched to the account and conversation it belongs to. */
export interface IngestItem {
  event: WebhookEvent;
  context: IngestContext;
  /** How long after a message the agent is called, in case more follow. */
  quietMs: number;
  /** How long the agent steps back when a person answers. */
  pauseAfterHumanMs: number;
  /** What the account's owner named as automatic: no person wrote it. */
  automaticTexts?: readonly string[];
  /** What the person says about marketing, on channels where that is heeded. */
  marketing?: MarketingWish;
  /** Ids of our own app, to tell whether a hand-over gives the thread to us or takes it away. */
  ownAppIds: ReadonlySet<string>;
}

/** A message of ours has the time it was queued at; one that had to wait went out after a later mark. */
const waitedMs = 10 * 60_000;

type MatchesSend = (send: DmRecord, echo: MessageEvent | StatusEvent) => boolean;

/**
 * Applies a batch of events to a snapshot, in memory. Pure but for the snapshot, which it changes; run again from a
 * fresh snapshot it plans the same, which is what lets a transaction that met a conflict start over.
 */
export class IngestBatch {
  private readonly originals = new Map<string, DmRecord | undefined>();
  private readonly current = new Map<string, DmRecord | undefined>();
  private readonly touched = new Set<string>();
  readonly created = new Set<string>();
  /** Conversations that were there, as they were read. */
  readonly asRead = new Map<string, Conversation>();
  readonly readMarks: ReadMark[] = [];
  /** Slots of DMs that an event spoke of without being the message. */
  private readonly spokenOf = new Map<string, { platformAccountId: string; mid: string }>();
  private readonly whoAnswers = new WhoAnswers({
    around: (conversation) => this.around(conversation),
    put: (slot, conversation, before, after) => this.put(slot, conversation, before, after),
  });

  constructor(
    private readonly snapshot: BatchSnapshot,
    private readonly matchesSend: MatchesSend,
  ) {}

  apply(item: IngestItem): void {
    const { event, context, ownAppIds } = item;
    // Read before its author was erased, or delivered again since: it must not come back.
    if (event.timestamp <= this.erasedUntil(context)) return;
    const conversation = this.conversationOf(context);
    if (event.kind === 'handover') {
      this.touched.add(conversation._id);
      noteHandover(conversation, event, ownAppIds, context.now);
    } else if (event.kind === 'referral') this.noteReferral(conversation, event);
    else if (event.kind === 'read' && !event.mid) this.noteRead(conversation, event, context);
    else {
      const key = dmKeyOf(event);
      if (key !== undefined) this.applyToDm(conversation, event as DmEvent, key, item);
    }
    if (item.marketing && noteMarketing(conversation, item.marketing, event.timestamp))
      this.touched.add(conversation._id);
    if (this.touched.has(conversation._id)) conversation.updated_at = context.now;
  }

  /** DMs to write: removed, changed and new. */
  changes(): DmChange[] {
    return [...this.current].flatMap(([id, after]) => {
      const before = this.originals.get(id);
      return after === before ? [] : [{ before, after }];
    });
  }

  /** Conversations to write. */
  conversations(): Conversation[] {
    return [...this.touched].flatMap((id) => this.snapshot.conversations.get(id) ?? []);
  }

  /** The revision that writing this batch leaves a conversation of its at. */
  revisionOf(conversationId: string): number {
    return (this.snapshot.conversations.get(conversationId)?.revision ?? 0) + 1;
  }

  /** DMs of this batch that are taken back, changed by it or not. */
  unsent(): DmRecord[] {
    return [...this.snapshot.dms.values()].filter((dm) => dm.unsent);
  }

  /** What an event spoke of and nobody has told: a message that is not here, the words of an edit. */
  hints(): NewHint[] {
    return [...this.spokenOf].flatMap(([slot, spoken]) => {
      const dm = this.snapshot.dms.get(slot);
      const edit = dm && untoldEdit(dm);
      if (dm?.placeholder && !dm.unsent) return [{ ...spoken, about: 'message' }];
      return edit && isFull(dm) ? [{ ...spoken, about: `edit:${edit.num_edit}` }] : [];
    });
  }

  private applyToDm(conversation: Conversation, event: DmEvent, key: string, item: IngestItem): void {
    const { context } = item;
    const byCustomer = directionOf(event, context.ownIds) === 'inbound';
    if (noteName(conversation, event, byCustomer)) this.touched.add(conversation._id);
    if (byCustomer && opensWindow(event)) {
      noteCustomerAction(conversation, event.timestamp);
      this.touched.add(conversation._id);
    }
    const slot = slotOf(context.account._id, key);
    if (this.snapshot.tombstones.has(slot)) return;
    const isMention = event.kind === 'edit' || event.kind === 'reaction' || event.kind === 'read';
    if (isMention && context.source === 'webhook')
      this.spokenOf.set(slot, { platformAccountId: context.account._id, mid: key });
    const before = this.snapshot.dms.get(slot);
    const ours =
      (event.kind === 'message' || event.kind === 'status') && !byCustomer && !isFull(before)
        ? this.matchSend(conversation, event, key, before, context)
        : undefined;
    const known = ours ?? before;
    const reduced = this.withReadMark(conversation, reduceDm(known, event, key, this.unlessAnswered(context, known)));
    const after = reduced === known ? reduced : { ...reduced, updated_at: context.now };
    this.put(slot, conversation, known, after);
    const arrived = isVisible(after) && (!isVisible(known) || known?.source !== after.source);
    if (arrived || ours) this.whoAnswers.note(conversation, after, item);
    if (arrived && isJudged(after)) noteAnswer(conversation, this.current.get(String(after._id)) ?? after);
    if (arrived && byCustomer) this.noteArrival(conversation, after);
    if (event.kind === 'read' || (!isFull(before) && isFull(after) && after.read_at)) this.markReadUpTo(after, context);
  }

  /** Of what was fetched an answer may have been written before its webhook came: the agent would give another. */
  private unlessAnswered(context: IngestContext, known: DmRecord | undefined): IngestContext {
    if (!isFetched(known) || context.agentOff) return context;
    const until = this.snapshot.answeredUntil.get(known.conversation_id);
    return until !== undefined && until > known.timestamp ? { ...context, agentOff: 'already_answered' } : context;
  }

  /** An echo of a send whose answer we did not get (yet): it is that DM, and now it is sent. */
  private matchSend(
    conversation: Conversation,
    echo: MessageEvent | StatusEvent,
    mid: string,
    said: DmRecord | undefined,
    { now }: IngestContext,
  ): DmRecord | undefined {
    const sends = this.snapshot.openSends.get(conversation._id) ?? [];
    const index = sends.findIndex((send) => this.matchesSend(send, echo));
    const [send] = index < 0 ? [] : sends.splice(index, 1);
    if (!send) return undefined;
    const { outbound_open: _open, error: _error, next_attempt_at: _next, ...rest } = send;
    // An echo has the message's own time; a status has that of what it tells, of reading perhaps, a day later.
    const sentAt = echo.kind === 'message' ? echo.timestamp : (send.sending_at?.getTime() ?? echo.timestamp);
    const sent: DmRecord = {
      ...rest,
      message_id: mid,
      status: 'sent',
      sent_at: new Date(sentAt),
      timestamp: sentAt,
      is_echo: echo.kind === 'message',
      updated_at: now,
    };
    const confirmed = said ? withWhatWasSaid(sent, said) : sent;
    this.remember(send, send);
    this.current.set(String(send._id), confirmed);
    applyToConversation(conversation, send, confirmed);
    this.touched.add(conversation._id);
    if (said) {
      this.remember(said, said);
      this.current.set(String(said._id), undefined);
    }
    return confirmed;
  }

  private put(slot: string, conversation: Conversation, before: DmRecord | undefined, after: DmRecord): void {
    this.snapshot.dms.set(slot, after);
    if (after === before) return;
    this.remember(after, before);
    this.current.set(String(after._id), after);
    applyToConversation(conversation, before, after);
    this.touched.add(conversation._id);
  }

  /** The state in the store, kept from the first time a batch touches a DM. */
  private remember(dm: DmRecord, before: DmRecord | undefined): void {
    const id = String(dm._id);
    if (!this.originals.has(id)) this.originals.set(id, before);
  }

  private conversationOf(context: IngestContext): Conversation {
    const known = this.snapshot.conversations.get(context.conversationId);
    if (known) {
      context.participantName ??= known.participant_name;
      if (!this.asRead.has(known._id) && !this.created.has(known._id))
        this.asRead.set(known._id, { ...known, counts: { ...known.counts } });
      return known;
    }
    const blocked = this.snapshot.blocked.has(context.conversationId);
    const fresh: Conversation = emptyConversation(context.account, context.participantId, context.now, { blocked });
    const erasedAt = this.snapshot.erasedAt.get(context.participantId);
    if (erasedAt !== undefined) fresh.erased_until = new Date(erasedAt);
    this.snapshot.conversations.set(fresh._id, fresh);
    this.created.add(fresh._id);
    this.touched.add(fresh._id);
    return fresh;
  }

  private noteArrival(conversation: Conversation, dm: DmRecord): void {
    // History that is filled in is no reason to bring a conversation back.
    if (!dm.read) {
      conversation.archived = false;
      conversation.snoozed_until = undefined;
    }
    if (dm.referral) conversation.referral = { ...dm.referral, at: dm.timestamp };
  }

  /** As the batch has made it so far. */
  private around(conversation: Conversation): DmRecord[] {
    const all = new Map<string, DmRecord>();
    for (const dm of [...(this.snapshot.around.get(conversation._id) ?? []), ...this.snapshot.dms.values()]) {
      const id = String(dm._id);
      const isRemoved = this.current.has(id) && this.current.get(id) === undefined;
      if (dm.conversation_id === conversation._id && !isRemoved) all.set(id, this.current.get(id) ?? dm);
    }
    return [...all.values()].sort((a, b) => a.timestamp - b.timestamp);
  }

  private erasedUntil({ conversationId, participantId }: IngestContext): number {
    const known = this.snapshot.conversations.get(conversationId);
    return known ? (known.erased_until?.getTime() ?? -1) : (this.snapshot.erasedAt.get(participantId) ?? -1);
  }

  private noteReferral(conversation: Conversation, event: ReferralEvent): void {
    this.touched.add(conversation._id);
    const known = conversation.referral?.['at'];
    if (typeof known === 'number' && known > event.timestamp) return;
    conversation.referral = { ...storedReferral(event.referral), at: event.timestamp };
  }

  private noteRead(conversation: Conversation, event: ReadEvent, context: IngestContext): void {
    if (directionOf(event, context.ownIds) === 'outbound') return;
    // Nobody reads what is not written yet: a mark in the future would have it read the moment it is.
    const upToMs = Math.min(event.watermark ?? event.timestamp, event.timestamp);
    this.readUpTo(conversation, upToMs, new Date(event.timestamp), context);
  }

  private markReadUpTo(dm: DmRecord, context: IngestContext): void {
    const conversation = this.snapshot.conversations.get(dm.conversation_id);
    if (!context.readsOneByOne && conversation && isFull(dm) && dm.direction === 'outbound' && dm.read_at)
      this.readUpTo(conversation, dm.timestamp, dm.read_at, context);
  }

  private readUpTo(conversation: Conversation, upToMs: number, at: Date, { now }: IngestContext): void {
    const { _id: conversationId, read_up_to: before } = conversation;
    if (before !== undefined && before >= upToMs) return;
    this.readMarks.push({
      conversationId,
      upToMs,
      at,
      now,
      ...(before === undefined ? {} : { fromMs: before - waitedMs }),
    });
    conversation.read_up_to = upToMs;
    conversation.read_up_to_at = at;
    this.touched.add(conversation._id);
  }

  /** A message of ours that arrives after the customer told they had read further. */
  private withReadMark(conversation: Conversation, dm: DmRecord): DmRecord {
    const { read_up_to, read_up_to_at } = conversation;
    if (!isFull(dm) || dm.direction !== 'outbound' || dm.read_at || read_up_to === undefined) return dm;
    // One of ours may have waited since it was queued, and have gone out after the customer read.
    const sentFrom = Math.max(dm.timestamp, (dm.sending_at?.getTime() ?? 0) - clockSlackMs);
    return sentFrom <= read_up_to ? { ...dm, read_at: read_up_to_at } : dm;
  }
}
