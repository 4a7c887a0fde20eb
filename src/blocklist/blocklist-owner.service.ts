import { Injectable } from '@nestjs/common';
import { AccountsRepository, actingFor } from '../accounts/index.js';
import { scopeOf, type Principal } from '../auth/index.js';
import { InvalidRequestError } from '../errors/index.js';
import { isEntryId } from './blocklist.repository.js';

/** Finds out whose blocklist a request means. */
@Injectable()
export class BlocklistOwnerService {
  constructor(private readonly accounts: AccountsRepository) {}

  /**
   * The caller's own, or that of the tenant an admin names. An admin who names nobody and has no accounts would change
   * a list that nothing is ever compared with.
   * @throws {ForbiddenError | InvalidRequestError}
   */
  async of(caller: Principal, userId: string | undefined): Promise<string> {
    const owner = actingFor(caller, userId);
    if (caller.role === 'admin' && userId === undefined && !(await this.hasAccounts(caller))) {
      const expected = 'the tenant whose list it is: an admin without accounts has none';
      throw new InvalidRequestError(`user_id: expected ${expected}`, [{ field: 'user_id', expected }]);
    }
    return owner;
  }

  /** As {@link of}, where an entry is named by its own id or by the person's: its own id says whose it is. */
  async ofEntry(caller: Principal, userId: string | undefined, id: string): Promise<string> {
    return isEntryId(id) ? actingFor(caller, userId) : this.of(caller, userId);
  }

  /** Disconnected ones too: their conversations are still listed. */
  private async hasAccounts(caller: Principal): Promise<boolean> {
    const owned = { userId: caller.tenant, withReleased: true, limit: 1, skip: 0 };
    return (await this.accounts.listOwned(scopeOf(caller), owned)).total > 0;
  }
}
