import { ConflictError, ForbiddenError, TooManyRequestsError, UpstreamError } from '../../errors/index.js';
import type { DmRecord } from '../dm.schema.js';
import { windowSentence } from '../outbound/send-window.js';

/** Meta's 24 hours since the customer's last message are over. */
export class OutsideWindowError extends ForbiddenError {
  override readonly code = 'outside_window';

  constructor(dm?: DmRecord) {
    super(windowSentence, dm ? { details: sendDetails(dm) } : {});
  }
}

/** The account may not use the HUMAN_AGENT tag. */
export class HumanAgentNotAllowedError extends ForbiddenError {
  override readonly code = 'human_agent_not_allowed';

  constructor() {
    super('This account may not use the HUMAN_AGENT tag.');
  }
}

/** Meta's answer was a refusal; `details` has its code, and the DM whose state can be followed. */
export class GraphRefusedError extends UpstreamError {
  override readonly code = 'graph_refused';

  constructor(dm: DmRecord) {
    super(`Instagram did not take the message: ${dm.error?.message ?? 'no reason given'}`, {
      details: {
        code: dm.error?.code,
        subcode: dm.error?.subcode,
        fbtrace_id: dm.error?.fbtrace_id,
        ...sendDetails(dm),
      },
    });
  }
}

/** It stays queued and goes out when its turn comes: asking again would send it twice. */
export class SendWaitsError extends TooManyRequestsError {
  override readonly code = 'send_waits';

  constructor(dm: DmRecord, retryAfterS: number) {
    super('The limit is reached. The message is queued and goes out when its turn comes; do not send it again.', {
      retryAfterS,
      details: { ...sendDetails(dm), next_attempt_at: dm.next_attempt_at?.toISOString() },
    });
  }
}

/** It was not sent, for a reason of ours. */
export class NotSentError extends ConflictError {
  override readonly code = 'not_sent';

  constructor(dm: DmRecord) {
    super(dm.error?.message ?? 'The message was not sent.', { details: sendDetails(dm) });
  }
}

/** The key was used for another message. */
export class IdempotencyKeyReusedError extends ConflictError {
  override readonly code = 'idempotency_key_reused';

  constructor() {
    super('This Idempotency-Key was used for a different message. Use a new key for each message.');
  }
}

function sendDetails(dm: DmRecord): Record<string, unknown> {
  return { dm_id: String(dm._id), status: dm.status, ...(dm.held_reason ? { held_reason: dm.held_reason } : {}) };
}
