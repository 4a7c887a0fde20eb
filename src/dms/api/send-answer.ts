import type { DmRecord, HeldReason, KeptSendResponseSnapshot } from '../dm.schema.js';
import type { DmView } from './dm-view.dto.js';
import { dmView } from './dm.view.js';
import { GraphRefusedError, NotSentError, OutsideWindowError } from './send.errors.js';

export interface KeptSendResponse {
  /** 200: Meta has answered. 202: it is queued, or its outcome is not known yet, and goes on by itself. */
  status: 200 | 202;
  /** Of a 202: the DM to follow, the first one that is not over. */
  open?: DmView;
  body: { success: true; result: unknown; stored: DmView; parts?: DmView[]; duplicate_of?: string };
}

/** Waits that are short as a rule: worth staying for. */
const passing: readonly HeldReason[] = ['earlier_send_open', 'retry', 'circuit_open', 'rate_limit', 'meta_limit'];

/** Whether nothing more can be learned by waiting until `deadlineMs`. */
export function isAnswerable(parts: DmRecord[], deadlineMs: number): boolean {
  return parts.every((dm) => {
    if (dm.status === 'sending') return false;
    if (dm.status !== 'queued') return true;
    const waits = dm.held_reason !== undefined && (dm.next_attempt_at?.getTime() ?? 0) > deadlineMs;
    return waits || (dm.held_reason !== undefined && !passing.includes(dm.held_reason));
  });
}

/** What a sent DM answers for good, as it is now. */
export function snapshotOf(dm: DmRecord): KeptSendResponseSnapshot {
  const { recipient_id, message_id, graph_result } = dm;
  return { view: dmView(dm), result: graph_result ?? { recipient_id, message_id } };
}

/**
 * What a send's DMs answer, by what is stored of them alone: so the same Idempotency-Key gets the same answer however
 * often it comes, on whatever process. An error says that nothing will be sent: whoever reads it may send anew. What
 * is queued is no error, whatever it waits for: clients and proxies repeat a 429 or a 502 by themselves.
 * @throws {AppError} when a part was refused for good
 */
export function answerOf(parts: DmRecord[]): KeptSendResponse {
  const failed = parts.find((dm) => dm.status === 'failed');
  if (failed) throw failureOf(failed);
  const answers = parts.map((dm) => dm.send_answer ?? snapshotOf(dm));
  const views = answers.map(({ view }) => view);
  const [first] = answers as [KeptSendResponseSnapshot];
  const open = parts.findIndex((dm) => dm.status !== 'sent');
  const allSent = open < 0;
  return {
    status: allSent ? 200 : 202,
    ...(allSent ? {} : { open: views[open] }),
    body: {
      success: true,
      result: allSent ? first.result : null,
      stored: first.view,
      ...(parts.length > 1 ? { parts: views } : {}),
    },
  };
}

/**
 * What a request is answered that repeats an open send without an Idempotency-Key: nothing new was queued.
 * @param parts of the send it repeats
 * @throws {AppError} when that was refused for good meanwhile
 */
export function repeatAnswerOf(parts: DmRecord[]): KeptSendResponse {
  const { open, body } = answerOf(parts);
  return {
    status: 202,
    open: open ?? body.stored,
    body: { ...body, result: null, duplicate_of: body.stored._id },
  };
}

function failureOf(dm: DmRecord): Error {
  if (dm.error?.kind === 'outside_window') return new OutsideWindowError(dm);
  return dm.error?.code === undefined ? new NotSentError(dm) : new GraphRefusedError(dm);
}
