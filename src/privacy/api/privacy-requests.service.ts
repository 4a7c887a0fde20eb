import { Injectable } from '@nestjs/common';
import {
  AccountsRepository,
  AccountsService,
  ErasureRequestsService,
  ownIds,
  type Erasure,
} from '../../accounts/index.js';
import { scopeOf, systemScope, type Principal } from '../../auth/index.js';
import { ConversationsRepository } from '../../conversations/index.js';
import { CommentsRepository } from '../../dms/index.js';
import { ForbiddenError, InvalidRequestError, NotFoundError } from '../../errors/index.js';
import type { ErasureRequestDto } from './privacy-requests.dto.js';

const eitherOr = 'expected account_id with participant_id, or tenant alone';

/** What a company asks for when somebody asks it: a customer by mail, or a tenant that leaves. */
@Injectable()
export class PrivacyRequestsService {
  constructor(
    private readonly erasures: ErasureRequestsService,
    private readonly accounts: AccountsService,
    private readonly records: AccountsRepository,
    private readonly conversations: ConversationsRepository,
    private readonly comments: CommentsRepository,
  ) {}

  /**
   * @throws {NotFoundError} the account, or the tenant, is not there or not the caller's
   * @throws {ForbiddenError} somebody who is no admin names a tenant
   */
  async erase(caller: Principal, { account_id, participant_id, tenant }: ErasureRequestDto): Promise<Erasure> {
    if (tenant !== undefined) {
      if (caller.role !== 'admin') throw new ForbiddenError('tenant is for the role admin.');
      if (account_id === undefined && participant_id === undefined) return this.eraseTenant(tenant);
    } else if (account_id !== undefined && participant_id !== undefined) {
      return this.erasePerson(caller, account_id, participant_id);
    }
    throw new InvalidRequestError(eitherOr, [{ field: 'body', expected: eitherOr }]);
  }

  private async erasePerson(caller: Principal, idOrIgId: string, personId: string): Promise<Erasure> {
    const account = await this.accounts.getOwned(scopeOf(caller), idOrIgId);
    if (ownIds(account).has(personId)) {
      const expected = 'a customer, not the account itself (DELETE /accounts/{id}?history=erase)';
      throw new InvalidRequestError(`participant_id: expected ${expected}`, [{ field: 'participant_id', expected }]);
    }
    const { _id: accountId, user_id: userId } = account;
    const isThere = async (): Promise<boolean> => {
      const conversations = await this.conversations.partiesOf({ participant_id: personId });
      const seenAt = [
        ...conversations.map((one) => one.platform_account_id),
        ...(await this.comments.accountsOf(personId)),
      ];
      return seenAt.includes(accountId);
    };
    return this.erasures.ask({ kind: 'person', userId, accountIds: [accountId], subjectId: personId }, isThere);
  }

  /** Its accounts are disconnected first: nothing comes in while it is erased. */
  private async eraseTenant(userId: string): Promise<Erasure> {
    const accountIds = [...(await this.records.idsOfUser(userId))];
    const isThere = async (): Promise<boolean> => (await this.records.idsOfUser(userId)).size > 0;
    if (accountIds.length === 0 && !(await this.erasures.wasAsked('tenant', userId)))
      throw new NotFoundError('There is no such tenant, or it never had an account.');
    for (const id of accountIds) await this.accounts.disconnect(systemScope, id);
    return this.erasures.ask({ kind: 'tenant', userId, accountIds, subjectId: userId }, isThere);
  }
}
