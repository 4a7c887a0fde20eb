import { Injectable } from '@nestjs/common';
import { AccountDirectoryService } from '../../accounts/index.js';
import { actionView, suggestionView, type ActionRecord, type SuggestionRecord } from '../../agent/index.js';
import type { ConversationRecord } from '../../conversations/index.js';
import { isVisible, type DmRecord } from '../../dms/index.js';
import { ConversationViewsService } from '../conversations/conversation-views.service.js';
import { messageView } from '../messages/message.view.js';
import type { NoteRecord } from '../notes/note.schema.js';
import { noteView } from '../notes/notes.dto.js';
import { HiddenConversationsService } from './hidden-conversations.service.js';
import type { StoreChange } from './changes.repository.js';
import type { LiveEvent, LiveEventName } from './live-event.js';

interface Parties {
  user_id: string;
  platform_account_id: string;
  conversation_id?: string;
}

/** Turns the store's changes into what dashboards see of them. */
@Injectable()
export class LiveEventBuilderService {
  constructor(
    private readonly views: ConversationViewsService,
    private readonly hidden: HiddenConversationsService,
    private readonly directory: AccountDirectoryService,
  ) {}

  /** @returns `undefined` for changes that nobody is to see */
  async build(change: StoreChange, id: string): Promise<LiveEvent | undefined> {
    const how = change.operationType === 'insert' ? 'new' : 'changed';
    switch (change.ns.coll) {
      case 'instagram_dms':
        return this.ofDm(change.fullDocument as DmRecord | undefined, how, id);
      case 'inbox_conversations':
        return this.ofConversation(change.fullDocument as ConversationRecord | undefined, how, id);
      case 'agent_actions':
        return this.ofAction(change.fullDocument as ActionRecord | undefined, how, id);
      case 'agent_suggestions':
        return this.ofSuggestion(change.fullDocument as SuggestionRecord | undefined, how, id);
      case 'inbox_notes':
        return this.ofNote(change.fullDocument as NoteRecord | undefined, how, id);
      case 'dm_tombstones':
        return this.ofRemoval(change.fullDocument as { platform_account_id: string; message_id: string }, id);
    }
  }

  private async ofDm(dm: DmRecord | undefined, change: string, id: string): Promise<LiveEvent | undefined> {
    if (!dm || dm.placeholder) return undefined;
    if (await this.hidden.isHidden(dm.conversation_id)) return undefined;
    const { conversation_id, platform_account_id } = dm;
    if (!isVisible(dm)) {
      const gone = { id: String(dm._id), external_id: dm.message_id ?? null, conversation_id, platform_account_id };
      return event('message_deleted', dm, gone, id);
    }
    return event('message', dm, { change, platform_account_id, message: messageView(dm) }, id);
  }

  private async ofConversation(
    record: ConversationRecord | undefined,
    change: string,
    id: string,
  ): Promise<LiveEvent | undefined> {
    if (!record?.last_message_at || record.blocked) return undefined;
    const conversation = await this.views.view({ ...record, _id: String(record._id) });
    return event('conversation', { ...record, conversation_id: String(record._id) }, { change, conversation }, id);
  }

  private async ofAction(record: ActionRecord | undefined, change: string, id: string): Promise<LiveEvent | undefined> {
    if (!record || (await this.hidden.isHidden(record.conversation_id))) return undefined;
    const { user_id, account_id: platform_account_id, conversation_id } = record;
    const action = actionView({ ...record, _id: String(record._id) });
    return event('action', { user_id, platform_account_id, conversation_id }, { change, action }, id);
  }

  private async ofSuggestion(
    record: SuggestionRecord | undefined,
    change: string,
    id: string,
  ): Promise<LiveEvent | undefined> {
    if (!record || (await this.hidden.isHidden(record.conversation_id))) return undefined;
    const how = record.state === 'open' ? change : 'gone';
    return event('suggestion', record, { change: how, suggestion: suggestionView(record) }, id);
  }

  private async ofNote(record: NoteRecord | undefined, change: string, id: string): Promise<LiveEvent | undefined> {
    if (!record || (await this.hidden.isHidden(record.conversation_id))) return undefined;
    const how = record.deleted_at ? 'deleted' : change;
    return event('note', record, { change: how, note: noteView(record) }, id);
  }

  /** A hard-deleted DM: all that is left of it is its mid. */
  private async ofRemoval(
    { platform_account_id, message_id }: { platform_account_id: string; message_id: string },
    id: string,
  ): Promise<LiveEvent | undefined> {
    const account = await this.directory.get(platform_account_id);
    if (!account) return undefined;
    const gone = { id: null, external_id: message_id, conversation_id: null, platform_account_id };
    return event('message_deleted', { user_id: account.user_id, platform_account_id }, gone, id);
  }
}

function event(
  name: LiveEventName,
  { user_id, platform_account_id, conversation_id }: Parties,
  data: object,
  id: string,
): LiveEvent {
  const about = conversation_id === undefined ? {} : { conversationId: conversation_id };
  return { id, name, userId: user_id, platformAccountId: platform_account_id, ...about, data };
}
