import type { FastifyReply } from 'fastify';
import { firstChannel, type Channel } from '../../channels/index.js';

export const queuedDescription =
  'Queued, or Meta’s answer is not known yet. It goes out or fails by itself: follow it where `Location` says, do not ' +
  'send it again. `status`, `held_reason` and `next_attempt_at` say what it waits for.';

/** For the description of a 202. */
export const followHeader = {
  Location: {
    description: 'The DM to follow; of several, the first that is not over',
    schema: { type: 'string', example: '/instagram-dms/6740c0de6740c0de6740c0de' },
  },
} as const;

/** For the description of an answer that names what it repeats. */
export const duplicateOf = {
  description:
    'Nothing new was queued: this DM says the same to the same person, was asked for less than a minute before, and is ' +
    'not over. To send it twice, give each request an Idempotency-Key of its own.',
  example: '6740c0de6740c0de6740c0de',
} as const;

/** For the description of the header. */
export const idempotencyHeader = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'Any text of your own: sent again with the same key, the message still goes out once, and is answered the same. ' +
    'Without one, the same words to the same person within a minute are one message while the first is not over.',
  schema: { type: 'string', pattern: '^[!-~]{1,200}$' },
} as const;

/**
 * Says with a 202 where the DM is followed.
 * @param path where DMs of all channels are, or of the first one alone
 */
export function tellWhatToFollow(
  reply: FastifyReply,
  { _id, channel }: { _id: string; channel: Channel },
  path = 'instagram-dms',
): void {
  void reply.header('location', `/${channel === firstChannel ? path : 'messages'}/${_id}`);
}
