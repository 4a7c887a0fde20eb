import type { FastifyReply } from 'fastify';
import { tellWhatToFollow } from '../../dms/index.js';
import type { ReplyResponse } from '../inbox.responses.js';
import type { ReplyResult } from './inbox-messages.service.js';

/** What became of a message that a person sent, with its status, and where it goes on, on the reply. */
export function replyResponse(sent: ReplyResult, reply: FastifyReply): ReplyResponse {
  void reply.status(sent.status);
  if (sent.status === 202) tellWhatToFollow(reply, { _id: sent.dmId, channel: sent.channel });
  return {
    success: true,
    message_id: sent.messageId,
    sent_at: sent.sentAt,
    id: sent.dmId,
    status: sent.dmStatus,
    held_reason: sent.heldReason,
    next_attempt_at: sent.nextAttemptAt,
    duplicate_of: sent.duplicateOf,
  };
}
