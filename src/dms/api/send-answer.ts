import type { DmRecord, HeldReason, SendAnswerSnapshot } from '../dm.schema.js';
import type { DmView } from './dm-view.dto.js';
import { dmView } from './dm.view.js';
import {
  GraphRefusedError,
  NotSentError,
  OutsideWindowError,
  SendDeferredError,
  SendWaitsError,
} from './send.errors.js';

export interface SendAnswer {
  /** 202: the message is on its way or its outcome is not known yet; `stored` says where it stands. */
  status: 200 | 202;
  body: { success: true; result: unknown; stored: DmView; parts?: DmView[] };
}

const limits: readonly (HeldReason | undefined)[] = ['rate_limit', 'meta_limit'];
/** Waits that are short as a rule: worth staying for. */
const passing: readonly (HeldReason | undefined)[] = ['earlier_send_open', 'retry', 'circuit_open', ...limits];

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
export function snapshotOf(dm: DmRecord): SendAnswerSnapshot {
  const { recipient_id, message_id, graph_result } = dm;
  return { view: dmView(dm), result: graph_result ?? { recipient_id, message_id } };
}

/**
 * What a send's DMs answer, by what is stored of them alone: so the same Idempotency-Key gets the same answer however
 * often it comes, on whatever process.
 * @throws {AppError} when a part was refused, for good or for now, or waits for a limit
 */
export function answerOf(parts: DmRecord[], nowMs: number): SendAnswer {
  const failed = parts.find((dm) => dm.status === 'failed');
  if (failed) throw failureOf(failed);
  const waiting = parts.find((dm) => dm.status === 'queued');
  if (waiting) {
    if (limits.includes(waiting.held_reason)) {
      const waitMs = (waiting.next_attempt_at?.getTime() ?? nowMs) - nowMs;
      throw new SendWaitsError(waiting, Math.max(1, Math.ceil(waitMs / 1000)));
    }
    if (waiting.error?.code !== undefined && !passing.includes(waiting.held_reason))
      throw new SendDeferredError(waiting);
  }
  const answers = parts.map((dm) => dm.send_answer ?? snapshotOf(dm));
  const views = answers.map(({ view }) => view);
  const [first] = answers as [SendAnswerSnapshot];
  const allSent = parts.every((dm) => dm.status === 'sent');
  return {
    status: allSent ? 200 : 202,
    body: {
      success: true,
      result: allSent ? first.result : null,
      stored: first.view,
      ...(parts.length > 1 ? { parts: views } : {}),
    },
  };
}

function failureOf(dm: DmRecord): Error {
  if (dm.error?.kind === 'outside_window') return new OutsideWindowError(dm);
  return dm.error?.code === undefined ? new NotSentError(dm) : new GraphRefusedError(dm);
}
