import { endPause, pausesOf, setPause, type Conversation } from '../../conversations/index.js';
import type { DmRecord } from '../dm.schema.js';
import { isFasterThanPeople, isForeignEcho, isNamedAutomatic, lookAroundMs } from './automatic-echo.js';
import { slotOf } from './batch-snapshot.js';
import type { IngestItem } from './ingest-batch.js';
import type { IngestContext } from './reduce-dm.js';

/** What of a batch it works on. */
interface Batch {
  /** What of the conversation is known, oldest first, as the batch has made it so far. */
  around(conversation: Conversation): DmRecord[];
  put(slot: string, conversation: Conversation, before: DmRecord, after: DmRecord): void;
}

/**
 * Tells whether a person answered past us, for whom the agent steps back, or Instagram itself, for whom it does not. What
 * is told of an echo follows from what was said around it alone: where that arrives late, it is told anew.
 */
export class WhoAnswers {
  constructor(private readonly batch: Batch) {}

  /** Somebody else than we answered, or something came that tells whether it was a person: then the agent steps back. */
  note(conversation: Conversation, dm: DmRecord, item: IngestItem): void {
    const { event, context } = item;
    const told = context.source === 'webhook' || context.announced === true;
    const isEcho = told && event.kind === 'message' && dm.direction === 'outbound' && !dm.send_key;
    if (isEcho && isNamedAutomatic(event.text, item.automaticTexts)) {
      const automatic = { ...dm, is_automatic: true as const, automatic_by: 'setting' as const };
      return this.batch.put(slotOf(dm.platform_account_id, event.mid), conversation, dm, automatic);
    }
    const echoAt = (conversation.foreign_echo_at = isEcho
      ? Math.max(conversation.foreign_echo_at ?? 0, dm.timestamp)
      : conversation.foreign_echo_at);
    if (echoAt === undefined || (!isEcho && !isNear(dm.timestamp, echoAt))) return;
    const persons = this.judgeEchoes(conversation, context, isEcho ? dm : undefined);
    for (const echo of persons) stepBack(conversation, echo, item.pauseAfterHumanMs, context.now);
  }

  /** @returns echoes that the agent steps back for: the new one, and what looked automatic till now or was hidden by such */
  private judgeEchoes(conversation: Conversation, { now }: IngestContext, arrived?: DmRecord): DmRecord[] {
    const around = this.batch.around(conversation);
    const persons: DmRecord[] = [];
    const others: DmRecord[] = [];
    let hidden = false;
    for (const echo of around) {
      const isNew = echo._id.equals(arrived?._id ?? '');
      if (echo.automatic_by === 'setting' || !(isNew || isForeignEcho(echo))) continue;
      const isAutomatic = isFasterThanPeople(echo, around);
      const wasAutomatic = echo.is_automatic === true;
      if (isAutomatic !== wasAutomatic) {
        const { is_automatic: _is, automatic_by: _by, ...plain } = echo;
        const judged = isAutomatic ? { ...echo, is_automatic: true as const, automatic_by: 'speed' as const } : plain;
        const slot = slotOf(echo.platform_account_id, echo.message_id ?? '');
        this.batch.put(slot, conversation, echo, { ...judged, updated_at: now });
      }
      if (isAutomatic) hidden ||= pausesOf(conversation).human_reply?.by_mid === echo.message_id;
      else (isNew || wasAutomatic ? persons : others).push(echo);
    }
    if (!hidden) return persons;
    endPause(conversation, 'human_reply');
    return [...persons, ...others];
  }
}

/** A person answered in the Instagram app, or another tool did: the agent steps back. */
function stepBack(conversation: Conversation, echo: DmRecord, pauseMs: number, now: Date): void {
  const until = new Date(echo.timestamp + pauseMs);
  if (until > now) setPause(conversation, 'human_reply', { until, since: now, by_mid: echo.message_id });
}

/** Late enough to be before the echo, near enough to tell something of it. */
function isNear(timestamp: number, echoAt: number): boolean {
  return timestamp <= echoAt && timestamp >= echoAt - lookAroundMs;
}
