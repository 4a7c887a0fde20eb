import { Types } from 'mongoose';
import { copiesOf } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { withWhatWasSaid } from '../merge-dm.js';

/** Our DM with what its echo, stored on its own, has learned: edits, reactions, read state, an unsend. */
export function mergedWithEcho(ours: DmRecord, echo: DmRecord): DmRecord {
  const told = echo.placeholder ? {} : { timestamp: echo.timestamp, raw: echo.raw };
  const merged = withWhatWasSaid({ ...ours, is_echo: true, ...told }, echo);
  // The echo's record goes, and with it what says where copies of its media lie.
  const copies = [...copiesOf(echo), ...(merged.media_to_drop ?? [])];
  return copies.length > 0 ? { ...merged, media_to_drop: copies } : merged;
}

/**
 * An echo of the same words that was taken for our DM's: a person wrote them in the Instagram app at the same moment.
 * The DM that it was.
 */
export function givenBack(taken: DmRecord): DmRecord {
  const {
    outbound: _outbound,
    send_key: _key,
    send_seq: _seq,
    truncated_parts: _cut,
    send_fingerprint: _print,
    send_answer: _answer,
    ...rest
  } = withoutSendState(taken);
  const { graph_result: _result, sending_at: _at, first_sending_at: _first, sent_at: _sent, ...echo } = rest;
  const { status: _status, attempts: _attempts, retries: _retries, ...dm } = echo;
  return { ...dm, _id: new Types.ObjectId(), source: 'webhook', manual_dm: false, is_echo: true };
}

/** Without what only an open send carries. */
export function withoutSendState(dm: DmRecord): DmRecord {
  const { outbound_open: _open, next_attempt_at: _next, held_reason: _held, error: _error, ...rest } = dm;
  return rest;
}
