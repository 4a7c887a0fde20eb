import type { Channel } from '../../channels/index.js';
import { ConflictError, ForbiddenError, NotFoundError, UpstreamError } from '../../errors/index.js';
import type { DmRecord } from '../dm.schema.js';
import { optOutSentence } from '../outbound/opt-outs.js';
import { windowSentence } from '../outbound/send-window.js';

/** The route speaks for one channel, and the account named is another's. */
export function accountOfAnotherChannel(channel: Channel): NotFoundError {
  return new NotFoundError(`There is no such account here: it is one of ${channel}. Add platform=${channel}.`);
}

/** Meta's 24 hours since the customer's last message are over. */
export class OutsideWindowError extends ForbiddenError {
  override readonly code = 'outside_window';

  /** @param takes what the channel takes all the same */
  constructor(dm?: DmRecord, takes?: string) {
    const details = dm ? refusalDetails(dm) : takes === undefined ? undefined : { takes };
    super(windowSentence, details ? { details } : {});
  }
}

/** Who gets it wants no marketing. */
export class OptedOutError extends ConflictError {
  override readonly code = 'opted_out';

  constructor() {
    super(optOutSentence);
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
    super(`Instagram did not take the message: ${wordsOf(dm)}`, { details: refusalDetails(dm) });
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

/** The key's message was sent, and removed for good since: there is nothing left to answer with. */
export class IdempotencyKeyUsedError extends ConflictError {
  override readonly code = 'idempotency_key_used';

  constructor() {
    super('The message of this Idempotency-Key was deleted for good. It is not sent again; use a new key.');
  }
}

/** Meta's own words, as a sentence. */
function wordsOf({ error }: DmRecord): string {
  return (error?.message ?? 'no reason given').replace(/[^.!?]$/, '$&.');
}

function refusalDetails(dm: DmRecord): Record<string, unknown> {
  const { code, subcode, fbtrace_id } = dm.error ?? {};
  return { code, subcode, fbtrace_id, ...sendDetails(dm) };
}

function sendDetails(dm: DmRecord): Record<string, unknown> {
  return { dm_id: String(dm._id), status: dm.status, ...(dm.held_reason ? { held_reason: dm.held_reason } : {}) };
}
