import { Injectable } from '@nestjs/common';
import { JobQueue } from '../../queue/index.js';
import type { IngestItem } from './ingest-batch.js';
import type { IngestOutcome } from './ingest.service.js';
import { Mailbox } from './mailbox.js';

/** Who somebody is can wait until they have their answer. */
const profileDelayMs = 500;

/**
 * Tells the rooms behind what was stored. Nothing but hints: a crash in between costs time, not messages, for the sweeps
 * find all of it in MongoDB.
 */
@Injectable()
export class HandOn {
  constructor(
    private readonly mailbox: Mailbox,
    private readonly queue: JobQueue,
  ) {}

  /**
   * Puts new messages into their conversations' queues and calls the agent to them, once their burst may be over. In this
   * order: whoever is done with a message at once takes it off again.
   * @returns whether an answer was begun in this process
   */
  async callAgent({ pending }: IngestOutcome, items: readonly IngestItem[]): Promise<boolean> {
    const itemOf = new Map(items.map((item) => [item.context.conversationId, item]));
    const calls = [...pending].map(async ([conversationId, { dmIds, turn }]): Promise<boolean> => {
      const payload = { conversation_id: conversationId };
      const { quietMs = 0, context } = itemOf.get(conversationId) ?? {};
      const queued = context && this.mailbox.push(context.account.ig_id, context.participantId, dmIds);
      if (quietMs > 0 || !context) {
        await Promise.all([queued, this.queue.add('answer-conversation', payload, { delayMs: quietMs })]);
        return false;
      }
      const { account, participantId: participant_id } = context;
      const news = { account_id: account._id, ig_id: account.ig_id, participant_id, turn };
      const [began] = await Promise.all([this.queue.startOrAdd('answer-conversation', payload, news), queued]);
      return began === 'started';
    });
    return (await Promise.all(calls)).includes(true);
  }

  /** Everything else that follows from what was stored. */
  async tellOthers({ settled, created, toCopy, unsent }: IngestOutcome): Promise<void> {
    const hints: Promise<unknown>[] = [];
    for (const id of settled) hints.push(this.queue.add('send-conversation', { conversation_id: id }));
    for (const id of created)
      hints.push(this.queue.add('fetch-profile', { conversation_id: id }, { delayMs: profileDelayMs }));
    for (const dm of toCopy) hints.push(this.queue.add('keep-media', { dm_id: dm._id.toHexString() }));
    for (const dm of unsent)
      if (dm.media_to_drop) hints.push(this.queue.add('drop-media', { dm_id: dm._id.toHexString() }));
    await Promise.all(hints);
  }
}
