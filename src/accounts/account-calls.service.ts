import { Injectable } from '@nestjs/common';
import { isGraphError } from '#libs/graph-api';
import { AccountHealthService } from './account-health.service.js';
import { asUpstream, isDeadToken, noteOf } from './meta/meta-errors.js';
import { TokenVaultService, type AccountAccess } from './token-vault.service.js';

/** Calls to an account's channel that a request waits for: the channel's refusals as our errors, a dead token noted. */
@Injectable()
export class AccountCallsService {
  constructor(
    private readonly vault: TokenVaultService,
    private readonly health: AccountHealthService,
  ) {}

  /** @throws {AccountNotUsableError} @throws {UpstreamError} with the channel's codes */
  async asking<T>(accountId: string, ask: (access: AccountAccess) => Promise<T>): Promise<T> {
    const access = await this.vault.accessFor(accountId);
    try {
      return await ask(access);
    } catch (error) {
      if (isGraphError(error) && isDeadToken(error))
        await this.health.markNeedsReauth(accountId, noteOf(error).message, access.tokenVersion);
      throw asUpstream(error);
    }
  }
}
