import { Injectable } from '@nestjs/common';
import { ConversationBlocksRepository, type BlockMark } from '../conversations/index.js';
import { BlocklistRepository, type ListOwner } from './blocklist.repository.js';

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
  async settle(owner: ListOwner, participantIds: string[]): Promise<void> {
    let marked: ReadonlySet<string> | undefined;
    for (let round = 0; round < maxRounds; round++) {
      const blocked = await this.entries.among(owner, participantIds);
      if (marked && isSame(marked, blocked)) return;
      await this.conversations.mark(owner, [...blocked], true);
      await this.conversations.mark(
        owner,
        participantIds.filter((id) => !blocked.has(id)),
        false,
      );
      marked = blocked;
    }
  }

  /** After conversations began: the list may have changed since they were told what it says. */
  async settleBegun(begun: readonly (BlockMark & { blocked?: boolean })[]): Promise<void> {
    for (const { owner, of: conversations } of byTenantAndChannel(begun)) {
      const ids = conversations.map(({ participant_id }) => participant_id);
      const blocked = await this.entries.among(owner, ids);
      const crossed = conversations.filter((one) => blocked.has(one.participant_id) !== (one.blocked ?? false));
      if (crossed.length > 0)
        await this.settle(
          owner,
          crossed.map(({ participant_id }) => participant_id),
        );
    }
  }
}

/** What belongs to one list each. */
export function byTenantAndChannel<T extends ListOwner>(records: readonly T[]): { owner: ListOwner; of: T[] }[] {
  const groups = new Map<string, { owner: ListOwner; of: T[] }>();
  for (const record of records) {
    const { user_id, platform } = record;
    const key = `${platform}\n${user_id}`;
    const group = groups.get(key) ?? { owner: { user_id, platform }, of: [] };
    group.of.push(record);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function isSame(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((id) => b.has(id));
}
