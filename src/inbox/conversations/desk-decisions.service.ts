import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { scopeOf, tenantScope, type Principal } from '../../auth/index.js';
import type { Conversation } from '../../conversations/index.js';
import { InvalidRequestError } from '../../errors/index.js';
import { ColleaguesService } from '../../staff/index.js';
import { LabelsRepository } from '../labels/labels.repository.js';
import type { PatchConversationDto } from './conversations.dto.js';
import type { DeskChange } from './inbox-conversations.repository.js';

const longestSnoozeMs = 366 * 86_400_000;

/** What a request decides about a conversation: who sees to it, its labels, until when it is put off, whether it is done. */
@Injectable()
export class DeskDecisionsService {
  constructor(
    private readonly colleagues: ColleaguesService,
    private readonly labels: LabelsRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws {InvalidRequestError} */
  async of(caller: Principal, { user_id: tenant }: Conversation, change: PatchConversationDto): Promise<DeskChange> {
    const { archived, done = archived, assignee, expected_assignee: expected, labels } = change;
    const snoozedUntil = this.snoozeOf(change);
    if (archived !== undefined && archived !== done) refuse('done', 'the same as archived');
    if (done && snoozedUntil) refuse('snoozed_until', 'no time beside done');
    return {
      ...(done === undefined ? {} : { archived: done }),
      ...(assignee === undefined ? {} : { assigneeId: assignee && (await this.colleague(caller, tenant, assignee)) }),
      ...(expected === undefined ? {} : { expectedAssigneeId: expected?.toLowerCase() ?? null }),
      ...(snoozedUntil === undefined ? {} : { snoozedUntil }),
      ...(labels === undefined ? {} : { labels: await this.knownLabels(tenant, labels) }),
    };
  }

  private snoozeOf({ snoozed_until: until }: PatchConversationDto): Date | null | undefined {
    if (until === undefined || until === null) return until;
    const at = new Date(until);
    const leftMs = at.getTime() - this.clock.now();
    if (leftMs > 0 && leftMs <= longestSnoozeMs) return at;
    return refuse('snoozed_until', 'a time to come, within a year');
  }

  private async knownLabels(tenant: string, asked: string[]): Promise<string[]> {
    const ids = [...new Set(asked.map((id) => id.toLowerCase()))].sort();
    const known = await this.labels.known(tenant, ids);
    if (ids.some((id) => !known.has(id))) refuse('labels', 'ids of labels that are there (`GET /inbox/labels`)');
    return ids;
  }

  private async colleague(caller: Principal, tenant: string, assignee: string): Promise<string> {
    const id = (assignee === 'me' ? caller.actor : assignee).toLowerCase();
    // An admin need not work for the tenant whose customer they see to.
    const scope = id === caller.actor ? scopeOf(caller) : tenantScope(tenant);
    if (await this.colleagues.mayBeAssigned(scope, id)) return id;
    return refuse('assignee', 'the id of somebody who works here');
  }
}

function refuse(field: string, expected: string): never {
  throw new InvalidRequestError(`${field}: expected ${expected}`, [{ field, expected }]);
}
