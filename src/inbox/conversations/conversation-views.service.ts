import { Injectable } from '@nestjs/common';
import { Clock } from '#libs/clock';
import { AccountDirectoryService } from '../../accounts/index.js';
import { ChannelsService } from '../../channels/index.js';
import { conversationView, type ConversationView } from './conversation.view.js';
import type { ListedConversation } from './inbox-conversations.repository.js';

/** Shows a conversation as of now: its account's name, its channel's window. */
@Injectable()
export class ConversationViewsService {
  constructor(
    private readonly channels: ChannelsService,
    private readonly directory: AccountDirectoryService,
    private readonly clock: Clock,
  ) {}

  async view(conversation: ListedConversation): Promise<ConversationView> {
    const account = await this.directory.get(conversation.platform_account_id);
    const { capabilities } = this.channels.get(conversation.platform);
    return conversationView(conversation, account, this.clock.date(), capabilities);
  }
}
