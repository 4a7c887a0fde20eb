import { Injectable } from '@nestjs/common';
import { GraphClient } from '#libs/graph-api';
import { TokenVaultService } from '../../accounts/index.js';

export type ShownAction = 'mark_seen' | 'typing_on';

/** A courtesy that hangs must not hold a connection for long. */
const timeoutMs = 3_000;

/** Meta's sender actions for an account; they use up none of a message's budget. */
@Injectable()
export class SenderActionsService {
  constructor(
    private readonly graph: GraphClient,
    private readonly vault: TokenVaultService,
  ) {}

  /** @throws when the account can't be used, or Meta refuses */
  async show(accountId: string, participantId: string, action: ShownAction, signal: AbortSignal): Promise<void> {
    const access = await this.vault.accessFor(accountId);
    await this.graph.senderAction(access, participantId, { action }, { signal, timeoutMs });
  }
}
