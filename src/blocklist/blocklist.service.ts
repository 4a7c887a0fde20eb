import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AuditService } from '../audit/index.js';
import type { TenantScope } from '../auth/index.js';
import type { Channel } from '../channels/index.js';
import { ConflictError, NotFoundError } from '../errors/index.js';
import { cursorOf, pageOf, readCursor } from '../paging/index.js';
import { BlockMarksService } from './block-marks.service.js';
import {
  BlocklistRepository,
  isEntryId,
  type BlocklistEntry,
  type ListOwner,
  type NewBlocklistEntry,
} from './blocklist.repository.js';

/** A list is counted whenever it is shown or added to. */
const maxEntries = 10_000;

/**
 * Whom tenants don't want to hear from. Blocking holds from the moment it was answered: the agent asks the list, and
 * what lists of conversations and streams go by is written before.
 */
@Injectable()
export class BlocklistService {
  constructor(
    private readonly entries: BlocklistRepository,
    private readonly marks: BlockMarksService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @param account the one the person wrote to */
  async isBlocked(account: { user_id: string; channel: Channel }, participantId: string): Promise<boolean> {
    return this.entries.exists({ user_id: account.user_id, platform: account.channel }, participantId);
  }

  /**
   * Blocks a person for a tenant; once more changes nothing but the name and reason given.
   * @throws {ConflictError} the tenant's list is full
   */
  async add(userId: string, entry: Omit<NewBlocklistEntry, 'user_id' | 'created_at'>): Promise<BlocklistEntry> {
    const known = await this.entries.exists(
      { user_id: userId, platform: entry.platform },
      entry.external_participant_id,
    );
    if (!known && (await this.entries.countOf(userId)) >= maxEntries)
      throw new ConflictError(`The blocklist is full: it holds at most ${maxEntries} people.`);
    const blocked = await this.entries.upsert({ user_id: userId, ...entry, created_at: this.clock.date() });
    return this.settled(blocked, 'person.blocked');
  }

  async page(
    scope: TenantScope,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<{ data: BlocklistEntry[]; total: number; next_cursor: string | null }> {
    const before = cursor === undefined ? undefined : readCursor(cursor);
    const [found, total] = await Promise.all([
      this.entries.list(scope, { before, limit: limit + 1 }),
      this.entries.count(scope),
    ]);
    return { ...pageOf(found, limit, ({ created_at: at, _id: id }) => cursorOf({ at, id })), total };
  }

  /**
   * @param idOrParticipant the entry's id, or the person's id at the channel
   * @param owner whose entry a person's id means
   * @throws {NotFoundError} not there, or another tenant's
   */
  async remove(scope: TenantScope, owner: ListOwner, idOrParticipant: string): Promise<BlocklistEntry> {
    const byId = isEntryId(idOrParticipant) ? await this.entries.remove(scope, idOrParticipant) : null;
    return byId ? this.settled(byId, 'person.unblocked') : this.removePerson(owner, idOrParticipant);
  }

  /** @throws {NotFoundError} this tenant has not blocked them */
  async removePerson(owner: ListOwner, participantId: string): Promise<BlocklistEntry> {
    const removed = await this.entries.removeParticipant(owner, participantId);
    if (!removed) throw new NotFoundError('There is no such blocklist entry.');
    return this.settled(removed, 'person.unblocked');
  }

  private async settled(entry: BlocklistEntry, action: 'person.blocked' | 'person.unblocked'): Promise<BlocklistEntry> {
    const { _id, user_id: tenant, external_participant_id: person } = entry;
    await this.marks.settle(entry, [person]);
    await this.audit.record({ action, tenant, target: { blocklist_id: _id }, person });
    return entry;
  }
}
