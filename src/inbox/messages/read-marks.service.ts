import { Injectable, Logger } from '@nestjs/common';
import { isGraphError } from '#libs/graph-api';
import { AccountNotUsableError, TokenVaultService } from '../../accounts/index.js';
import type { TenantScope } from '../../auth/index.js';
import { ChannelsService } from '../../channels/index.js';
import type { Conversation } from '../../conversations/index.js';
import { DmStoreRepository, isProvisional } from '../../dms/index.js';

/** Reading a conversation: here, and for the customer to see. */
@Injectable()
export class ReadMarksService {
  private readonly logger = new Logger(ReadMarksService.name);

  constructor(
    private readonly store: DmStoreRepository,
    private readonly vault: TokenVaultService,
    private readonly channels: ChannelsService,
  ) {}

  /** Marks everything in the conversation read; telling the customer may fail, and nobody waits for it. */
  async markRead(scope: TenantScope, conversation: Conversation): Promise<void> {
    const newest = await this.store.markConversationRead(scope, conversation._id);
    if (newest !== undefined && !isProvisional(conversation.participant_id)) void this.showSeen(conversation, newest);
  }

  /** The same, beside something that must not fail with it. */
  async tryMarkRead(scope: TenantScope, conversation: Conversation): Promise<void> {
    try {
      await this.markRead(scope, conversation);
    } catch (error) {
      this.logger.warn({ msg: 'could not mark as read', conversation_id: conversation._id, err: error });
    }
  }

  private async showSeen({ _id, platform_account_id, participant_id }: Conversation, mid: string): Promise<void> {
    try {
      const access = await this.vault.accessFor(platform_account_id);
      await this.channels.get(access.channel).presence?.markSeen(access, { participantId: participant_id, mid });
    } catch (error) {
      const expected = error instanceof AccountNotUsableError || isGraphError(error);
      this.logger[expected ? 'debug' : 'warn']({ msg: 'could not show seen', conversation_id: _id, err: error });
    }
  }
}
