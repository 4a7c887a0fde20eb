import { Injectable } from '@nestjs/common';
import { JobQueueService } from '../../queue/index.js';
import { hintDelayMs } from '../hints/message-hints.repository.js';
import type { IngestItem } from './ingest-batch.js';
import type { IngestOutcome } from './ingest.service.js';
import { PendingHintsService, type ConversationParties } from './pending-hints.service.js';

/** Who somebody is can wait until they have their answer. */
const profileDelayMs = 500;

/**
 * Tells the rooms behind what was stored. Nothing but hints: a crash in between costs time, not messages, for the sweeps
 * find all of it in MongoDB.
 */
@Injectable()
export class FollowUpJobsService {
  constructor(
    private readonly pendingHints: PendingHintsService,
    private readonly queue: JobQueueService,
  ) {}

  /**
   * Begins the answers of conversations with new messages and no quiet period. Their messages stand in the conversation's
   * queue before: whoever is done with one at once takes it off again.
   * @returns whether one was begun in this process
   */
  async beginAnswers({ pending }: IngestOutcome, items: readonly IngestItem[]): Promise<boolean> {
    const itemOf = byConversation(items);
    const begun = [...pending].map(async ([conversation_id, { dmIds, revision }]) => {
      const item = itemOf.get(conversation_id);
      if (!item || item.quietMs > 0) return undefined;
      const { account, participantId: participant_id } = item.context;
      const news = {
        account_id: account._id,
        channel: account.channel,
        ig_id: account.ig_id,
        participant_id,
        revision,
      };
      const queued = this.pendingHints.push(partiesOf(item), dmIds);
      const [began] = await Promise.all([
        this.queue.startOrAdd('answer-conversation', { conversation_id }, news),
        queued,
      ]);
      return began;
    });
    return (await Promise.all(begun)).includes('started');
  }

  /** Messages that may have to be asked for. */
  async tellHints(ids: readonly string[]): Promise<void> {
    for (const hint_id of ids) await this.queue.add('fetch-message', { hint_id }, { delayMs: hintDelayMs });
  }

  /** Everything else that follows from what was stored. */
  async tellOthers(
    { pending, settled, created, toCopy, unsent }: IngestOutcome,
    items: readonly IngestItem[],
  ): Promise<void> {
    const itemOf = byConversation(items);
    const hints: Promise<unknown>[] = [];
    for (const [conversation_id, { dmIds }] of pending) {
      const item = itemOf.get(conversation_id);
      const delayMs = item?.quietMs;
      if (delayMs === 0) continue; // begun
      hints.push(this.queue.add('answer-conversation', { conversation_id }, { delayMs }));
      if (item) hints.push(this.pendingHints.push(partiesOf(item), dmIds));
    }
    for (const id of settled) hints.push(this.queue.add('send-conversation', { conversation_id: id }));
    for (const id of created)
      hints.push(this.queue.add('fetch-profile', { conversation_id: id }, { delayMs: profileDelayMs }));
    for (const dm of toCopy) hints.push(this.queue.add('keep-media', { dm_id: dm._id.toHexString() }));
    for (const dm of unsent)
      if (dm.media_to_drop) hints.push(this.queue.add('drop-media', { dm_id: dm._id.toHexString() }));
    await Promise.all(hints);
  }
}

function partiesOf({ context: { account, participantId } }: IngestItem): ConversationParties {
  return { channel: account.channel, externalId: account.ig_id, participantId };
}

function byConversation(items: readonly IngestItem[]): Map<string, IngestItem> {
  return new Map(items.map((item) => [item.context.conversationId, item]));
}
