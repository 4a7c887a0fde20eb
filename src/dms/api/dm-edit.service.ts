import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AuditService } from '../../audit/index.js';
import type { TenantScope } from '../../auth/index.js';
import type { Channel } from '../../channels/index.js';
import { DeskRepository } from '../../conversations/index.js';
import { ConflictError, InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { DeadLettersRepository, JobQueueService } from '../../queue/index.js';
import { isVisible } from '../dm-change.js';
import { DmStoreRepository } from '../dm-store.repository.js';
import type { DmRecord } from '../dm.schema.js';
import { DmsRepository, type Dm } from '../dms.repository.js';
import { echoHorizonMs } from '../outbound/echo-matching.js';
import { withoutSendState } from '../outbound/merge-echo.js';
import { OutboundRepository } from '../outbound/outbound.repository.js';
import { OutboxService } from '../outbound/outbox.service.js';
import { aboutDm } from './about-dm.js';
import { channelOf, isOfChannel } from './channel-filter.js';
import type { DmView } from './dm-view.dto.js';
import { dmView } from './dm.view.js';
import type { PatchDmDto, ResolveDmDto } from './dms.dto.js';

/** Looking at one DM and changing it. A DM of another channel than the one named is not there. */
@Injectable()
export class DmEditService {
  constructor(
    private readonly store: DmStoreRepository,
    private readonly repository: DmsRepository,
    private readonly outbound: OutboundRepository,
    private readonly outbox: OutboxService,
    private readonly desk: DeskRepository,
    private readonly deadLetters: DeadLettersRepository,
    private readonly jobs: JobQueueService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** @throws {NotFoundError} not there, soft-deleted, or another tenant's */
  async get(scope: TenantScope, id: string, channel?: Channel): Promise<DmView> {
    return dmView(await this.getVisible(scope, id, channel));
  }

  /** @throws {InvalidRequestError | NotFoundError | ConflictError} */
  async patch(scope: TenantScope, id: string, { text, read }: PatchDmDto, channel?: Channel): Promise<DmView> {
    if (text === undefined && read === undefined)
      throw new InvalidRequestError('Nothing to change: give text or read.', [
        { field: 'body', expected: 'text or read' },
      ]);
    const changed = await this.store.changeOne(scope, id, (before) => {
      if (!isVisible(before) || !isOfChannel(before, channel)) throw new NotFoundError('There is no such DM.');
      if (text !== undefined && before.outbound_open)
        throw new ConflictError('This message is being sent; its text can’t be changed now.');
      if (text !== undefined && before.unsent)
        throw new ConflictError('This message was taken back by its author; it has no text any more.');
      const after: DmRecord = { ...before, ...(text === undefined ? {} : { text }) };
      if (read === undefined || read === before.read) return after;
      const { read_at: _at, ...rest } = after;
      return { ...rest, read, ...(read ? { read_at: this.clock.date() } : {}) };
    });
    if (!changed) throw new NotFoundError('There is no such DM.');
    if (text !== undefined)
      await this.audit.record({ action: 'message.changed', ...aboutDm(changed), changed: ['text'] });
    return dmView(changed);
  }

  /**
   * A DM that still waits to be sent is not sent any more.
   * @returns its channel
   * @throws {NotFoundError | ConflictError} the latter for a hard delete while nobody knows whether it was sent
   */
  async remove(scope: TenantScope, id: string, hard: boolean, channel?: Channel): Promise<Channel> {
    let before: DmRecord | undefined;
    await this.store.changeOne(scope, id, (found) => {
      before = found;
      if (!isOfChannel(before, channel)) throw new NotFoundError('There is no such DM.');
      if (before.is_deleted && !hard) throw new NotFoundError('There is no such DM.');
      if (before.placeholder) throw new NotFoundError('There is no such DM.');
      if (before.status === 'queued') return cancelled(before);
      if (hard && before.outbound_open)
        throw new ConflictError('Whether this message was sent is not known yet; settle it first (resolve).');
      return before;
    });
    // Before it goes for good: a part whose earlier part is not there any more can't tell that it was not sent.
    if (before?.status === 'queued' || before?.status === 'failed')
      await this.outbound.failFollowers(before, { ...cancellation, kind: 'earlier_part_failed' });
    const removed = before && (hard ? await this.store.hardDelete(scope, id) : await this.store.softDelete(scope, id));
    if (!before || !removed) throw new NotFoundError('There is no such DM.');
    if (before.status === 'queued') await this.desk.waitsAgain(before.conversation_id, new Date(before.timestamp));
    await this.deadLetters.removeAbout([id]);
    await this.audit.record({ action: 'message.deleted', ...aboutDm(before), changed: [hard ? 'hard' : 'soft'] });
    return channelOf(before);
  }

  /** An operator says what became of an `unconfirmed` send. */
  async resolve(scope: TenantScope, id: string, action: ResolveDmDto['action'], channel?: Channel): Promise<DmView> {
    await this.getVisible(scope, id, channel);
    const dm = await this.outbound.find(id);
    const until = new Date((dm?.sending_at?.getTime() ?? this.clock.now()) + echoHorizonMs);
    const failed = { ...dm?.error, kind: 'resolved_as_not_sent', message: 'An operator marked it as not sent.' };
    const done =
      dm &&
      (action === 'send_again'
        ? await this.outbox.requeue(dm, 'unconfirmed')
        : action === 'mark_sent'
          ? await this.outbound.decide(dm, 'sent', undefined, until)
          : await this.outbound.decide(dm, 'failed', failed, until));
    if (!done) throw new ConflictError('Only an unconfirmed message can be resolved.');
    await this.jobs.add('send-conversation', { conversation_id: dm.conversation_id });
    await this.audit.record({ action: 'message.resolved', ...aboutDm(dm), changed: [action] });
    return this.get(scope, id);
  }

  private async getVisible(scope: TenantScope, id: string, channel?: Channel): Promise<Dm> {
    const dm = await this.repository.find(scope, id);
    if (!dm || !isVisible(dm) || !isOfChannel(dm, channel)) throw new NotFoundError('There is no such DM.');
    return dm;
  }
}

const cancellation = { kind: 'cancelled', message: 'It was deleted before it was sent.' };

function cancelled(dm: DmRecord): DmRecord {
  return { ...withoutSendState(dm), status: 'failed', error: cancellation };
}
