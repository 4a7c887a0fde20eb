import { isDeepStrictEqual } from 'node:util';
import type { DmReaction, DmRecord } from './dm.schema.js';

type DmEdit = DmRecord['edits'][number];

/**
 * A DM with what was said of it under another record, which goes: a placeholder that it fills, or its echo that was
 * stored on its own. Of each edit, reaction and read receipt the same stands as if it had come to the DM itself.
 */
export function withWhatWasSaid(dm: DmRecord, said: DmRecord): DmRecord {
  const merged: DmRecord = {
    ...dm,
    reactions: said.reactions.reduce(withReaction, dm.reactions),
    delivery_ids: union(said.delivery_ids, dm.delivery_ids),
    ...(said.other_delivery_ids
      ? { other_delivery_ids: union(said.other_delivery_ids, dm.other_delivery_ids ?? []) }
      : {}),
    ...earliestRead(dm, said),
  };
  withStates(merged, said);
  if (said.unsent || dm.unsent) return withoutContent(merged);
  return said.edits.length > 0 ? withEdits(merged, said.edits) : merged;
}

/** The record stays; everything its author wrote goes. */
export function withoutContent(dm: DmRecord): DmRecord {
  const {
    text: _t,
    raw: _r,
    quick_reply: _q,
    postback: _p,
    reply_to: _y,
    referral: _f,
    outbound: _o,
    graph_result: _g,
    send_answer: _a,
    media_to_keep: _k,
    ...rest
  } = dm;
  const skipped = dm.agent_state === 'pending' ? { agent_state: 'skipped' as const, agent_reason: 'unsent' } : {};
  const stored = dm.attachments.flatMap((attachment) => attachment.stored_key ?? []);
  const toDrop = stored.length > 0 ? { media_to_drop: [...(dm.media_to_drop ?? []), ...stored] } : {};
  return { ...rest, attachments: [], edits: [], unsent: true, ...toDrop, ...skipped };
}

/**
 * Its history with these edits, in order of Meta's count, beginning with the words before the first. The text is the
 * latest one that was told: an edit whose text Meta left out says that there was one, not that nothing is left.
 * @returns the same object when they tell nothing new
 */
export function withEdits(dm: DmRecord, more: DmEdit[]): DmRecord {
  const hasOriginal = dm.placeholder || [...dm.edits, ...more].some(({ num_edit: n }) => n === 0);
  const original = hasOriginal ? [] : [{ num_edit: 0, text: dm.text, at: dm.timestamp }];
  const byNumber = new Map<number, DmEdit>();
  for (const edit of [...dm.edits, ...original, ...more]) {
    const known = byNumber.get(edit.num_edit);
    if (!known || tellsMore(edit, known)) byNumber.set(edit.num_edit, edit);
  }
  const edits = [...byNumber.values()].sort((a, b) => a.num_edit - b.num_edit);
  if (isDeepStrictEqual(edits, dm.edits)) return dm;
  // The words of a DM that holds none are not told either: whoever empties a message says so.
  const text = edits.findLast((edit) => edit.text !== undefined && edit.text !== null)?.text;
  return { ...dm, edits, text: text === '' ? undefined : text };
}

/** The number of the edit whose words were not told, where it is the latest. */
export function untoldEdit({ edits, unsent }: Pick<DmRecord, 'edits' | 'unsent'>): DmEdit | undefined {
  const latest = edits.at(-1);
  return latest && !unsent && (latest.text === undefined || latest.text === null) && latest.num_edit > 0
    ? latest
    : undefined;
}

/** Of each person the latest action stands. @returns the same array when the reaction changes nothing */
export function withReaction(reactions: DmReaction[], reaction: DmReaction): DmReaction[] {
  const known = reactions.find(({ sender_id: sender }) => sender === reaction.sender_id);
  if (known && !isLater(reaction, known)) return reactions;
  const others = reactions.filter((one) => one !== known);
  return [...others, reaction].sort((a, b) => a.sender_id.localeCompare(b.sender_id));
}

/** Of two under one number; where Meta gives no numbers, all edits stand under one. The order of arrival never decides. */
function tellsMore(edit: DmEdit, known: DmEdit): boolean {
  const told = (one: DmEdit): boolean => one.text !== undefined && one.text !== null;
  if (told(edit) !== told(known)) return told(edit);
  if (edit.at !== known.at) return edit.at > known.at;
  return (edit.text ?? '') > (known.text ?? '');
}

/** Ties are broken by content, so that the order of arrival never decides. */
function isLater(a: DmReaction, b: DmReaction): boolean {
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  const rank = (reaction: DmReaction): string =>
    `${reaction.removed ? 1 : 0}${reaction.emoji ?? ''}${reaction.reaction ?? ''}`;
  return rank(a) > rank(b);
}

/** Times that a channel tells of a message of ours, one by one and in any order. */
type States = Pick<DmRecord, 'delivered_at' | 'read_at' | 'played_at' | 'refused_at' | 'refusal' | 'pricing'>;

/**
 * With what was told of it: of each the earliest time, and the state that follows from them all. Whatever order they come
 * in, what was delivered is sent, and what was refused and never delivered has failed. Changes `dm`.
 */
export function withStates(dm: DmRecord, told: States): void {
  for (const name of ['delivered_at', 'read_at', 'played_at'] as const) {
    const [known, at] = [dm[name], told[name]];
    if (at && (!known || at < known)) dm[name] = at;
  }
  if (told.refused_at && (!dm.refused_at || told.refused_at < dm.refused_at))
    Object.assign(dm, { refused_at: told.refused_at, refusal: told.refusal });
  if (told.pricing) dm.pricing ??= told.pricing;
  if (dm.placeholder || dm.direction !== 'outbound' || !dm.refused_at) return;
  if (dm.delivered_at || dm.read_at || dm.played_at) {
    dm.status = 'sent';
    delete dm.error;
  } else if (dm.status === 'sent') Object.assign(dm, { status: 'failed', error: dm.refusal });
}

function earliestRead(a: DmRecord, b: DmRecord): Pick<DmRecord, 'read_at'> {
  const times = [a.read_at, b.read_at].filter((at) => at !== undefined && at !== null);
  const [first, second] = times;
  return first === undefined ? {} : { read_at: second !== undefined && second < first ? second : first };
}

function union<T extends { equals(other: T): boolean }>(ids: readonly T[], more: readonly T[]): T[] {
  return [...ids, ...more.filter((id) => !ids.some((known) => known.equals(id)))];
}
