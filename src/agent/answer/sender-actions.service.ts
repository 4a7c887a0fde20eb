import { Injectable } from '@nestjs/common';
import { TokenVaultService } from '../../accounts/index.js';
import { ChannelsService, type PresenceTarget } from '../../channels/index.js';

export type ShownAction = 'mark_seen' | 'typing_on';

/** Shows the customer seen and typing, on channels that have it. */
@Injectable()
export class SenderActionsService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly vault: TokenVaultService,
  ) {}

  /**
   * @returns in how many ms it has to be shown anew to stay visible; `undefined` where the channel shows nothing
   * @throws when the account can't be used, or the channel refuses
   */
  async show(
    accountId: string,
    target: PresenceTarget,
    action: ShownAction,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const access = await this.vault.accessFor(accountId);
    const { presence } = this.channels.get(access.channel);
    if (action === 'typing_on') await presence?.showTyping(access, target, signal);
    else if (!presence?.typingMarksSeen) await presence?.markSeen(access, target, signal);
    return presence?.typingEveryMs;
  }
}
