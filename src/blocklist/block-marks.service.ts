import { Injectable } from '@nestjs/common';
import { ConversationBlocksRepository } from '../conversations/index.js';
import { BlocklistRepository } from './blocklist.repository.js';

/** Somebody who blocks and unblocks one person as fast as that is welcome to wait for the task that settles again. */
const maxRounds = 5;

/**
 * Keeps what conversations say of being blocked in step with the blocklist, which decides. A conversation that begins
 * and a person who is blocked or unblocked may cross: whoever writes a mark looks again, so that the last one to write
 * has seen the list as it is. What a crash leaves undone `BlockMarksTask` finds.
 */
@Injectable()
export class BlockMarksService {
  constructor(
    private readonly entries: BlocklistRepository,
    private readonly conversations: ConversationBlocksRepository,
  ) {}

  /** Has these people's conversations with a tenant say what the tenant's blocklist says. */
  async settle(userId: string, participantIds: string[]): Promise<void> {
    let marked: ReadonlySet<string> | undefined;
    for (let round = 0; round < maxRounds; round++) {
      const blocked = await this.entries.among(userId, participantIds);
      if (marked && isSame(marked, blocked)) return;
      await this.conversations.mark(userId, [...blocked], true);
      await this.conversations.mark(
        userId,
        participantIds.filter((id) => !blocked.has(id)),
        false,
      );
      marked = blocked;
    }
  }

  /** After conversations began: the list may have changed since they were told what it says. */
  async settleBegun(begun: readonly { user_id: string; participant_id: string; blocked?: boolean }[]): Promise<void> {
    for (const [userId, conversations] of byTenant(begun)) {
      const ids = conversations.map(({ participant_id }) => participant_id);
      const blocked = await this.entries.among(userId, ids);
      const crossed = conversations.filter((one) => blocked.has(one.participant_id) !== (one.blocked ?? false));
      if (crossed.length > 0)
        await this.settle(
          userId,
          crossed.map(({ participant_id }) => participant_id),
        );
    }
  }
}

export function byTenant<T extends { user_id: string }>(records: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const record of records) groups.set(record.user_id, [...(groups.get(record.user_id) ?? []), record]);
  return groups;
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}
