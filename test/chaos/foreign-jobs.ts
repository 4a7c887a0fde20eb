import Bull from 'bull';
import type { ChaosStack } from './stack.js';

/** What the next version of the product might leave in the queues while both versions run. */
export const foreignJobs = [
  {
    queue: 'replies',
    name: 'answer-conversation-by-voice',
    data: { v: 1, conversation_id: '0123456789abcdef01234567' },
  },
  { queue: 'outbound', name: 'send-conversation', data: { v: 2, conversations: ['0123456789abcdef01234567'] } },
  { queue: 'deliveries', name: 'store-deliveries', data: { v: 99, blob: 'x' } },
] as const;

/** Puts jobs into the queues that no process here knows. */
export async function addForeignJobs(stack: ChaosStack): Promise<void> {
  for (const { queue: name, name: job, data } of foreignJobs) {
    const queue = new Bull(name, stack.redis.url, { prefix: '{dm}' });
    queue.on('error', () => undefined);
    try {
      await queue.add(job, data, { removeOnComplete: true, removeOnFail: { count: 500 } });
    } finally {
      await queue.close();
    }
  }
}
