import type { FastifyReply } from 'fastify';

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

/** Says with a 202 where the DM is followed. @param dmId none when there is nothing to follow */
export function tellWhatToFollow(reply: FastifyReply, dmId: string | undefined): void {
  if (dmId !== undefined) void reply.header('location', `/instagram-dms/${dmId}`);
}
