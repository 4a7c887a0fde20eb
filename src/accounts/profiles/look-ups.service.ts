import { Injectable } from '@nestjs/common';
import { isGraphError } from '#libs/graph-api';
import type { TenantScope } from '../../auth/index.js';
import type { ChannelThread } from '../../channels/index.js';
import { NotFoundError } from '../../errors/index.js';
import { AccountCallsService } from '../account-calls.service.js';
import type { AccountSummary } from '../account-summary.js';
import { AccountsService } from '../accounts.service.js';
import { detailsOf, isUnknownObject } from '../meta/meta-errors.js';
import { LiveConversationsService } from './live-conversations.service.js';
import type { LiveConversationsQuery, LiveConversationView } from './look-ups.dto.js';
import { ProfilesService, type Profile } from './profiles.service.js';

/** Live look-ups for dashboards: whose account it is, then Meta, then Meta's refusals as our errors. */
@Injectable()
export class LookUpsService {
  constructor(
    private readonly accounts: AccountsService,
    private readonly profiles: ProfilesService,
    private readonly conversationPages: LiveConversationsService,
    private readonly calls: AccountCallsService,
  ) {}

  /**
   * @throws {NotFoundError} when there is no such account, or Meta knows no such person
   * @throws {AccountNotUsableError}
   * @throws {UpstreamError} with Meta's codes
   */
  async profile(scope: TenantScope, idOrIgId: string, igsid: string): Promise<Profile> {
    const account = await this.accounts.getOwned(scope, idOrIgId);
    return this.calls.asking(account._id, () => this.knownPerson(account, igsid));
  }

  /** @throws {NotFoundError} @throws {AccountNotUsableError} @throws {UpstreamError} with Meta's codes */
  async conversations(scope: TenantScope, idOrIgId: string, { limit, after }: LiveConversationsQuery) {
    const account = await this.accounts.getOwned(scope, idOrIgId);
    const page = await this.calls.asking(account._id, () => this.conversationPages.list(account, { limit, after }));
    const { items, after: nextCursor, cached } = page;
    return { data: items.map(viewOf), ...(nextCursor === undefined ? {} : { next_cursor: nextCursor }), cached };
  }

  private async knownPerson(account: AccountSummary, igsid: string): Promise<Profile> {
    try {
      return await this.profiles.lookUp(account, igsid);
    } catch (cause) {
      if (!isGraphError(cause) || !isUnknownObject(cause)) throw cause;
      throw new NotFoundError('Meta shows this account no such person.', { details: detailsOf(cause), cause });
    }
  }
}

function viewOf({ id, updatedAt, participants }: ChannelThread): LiveConversationView {
  return { id, ...(updatedAt === undefined ? {} : { updated_time: new Date(updatedAt) }), participants };
}
