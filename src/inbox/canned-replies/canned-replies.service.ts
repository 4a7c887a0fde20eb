import { Injectable } from '@nestjs/common';
import { AccountDirectoryService, AccountsService } from '../../accounts/index.js';
import { AuditService, type AuditAction } from '../../audit/index.js';
import { scopeOf, tenantScope, type Principal } from '../../auth/index.js';
import { ConversationsRepository, type Conversation } from '../../conversations/index.js';
import { ConflictError, InvalidRequestError, NotFoundError } from '../../errors/index.js';
import { ColleaguesService } from '../../staff/index.js';
import type {
  CannedReplyView,
  ChangeCannedReplyRequest,
  ListCannedRepliesQuery,
  NewCannedReplyRequest,
} from './canned-replies.dto.js';
import { CannedRepliesRepository, type CannedReply } from './canned-replies.repository.js';
import { fillIn, unknownIn, type Values } from './fill-in.js';

const maxReplies = 500;
const duplicateKey = 11_000;

/** Canned replies: written by an owner, filled in for whoever answers. */
@Injectable()
export class CannedRepliesService {
  constructor(
    private readonly replies: CannedRepliesRepository,
    private readonly conversations: ConversationsRepository,
    private readonly accounts: AccountsService,
    private readonly directory: AccountDirectoryService,
    private readonly colleagues: ColleaguesService,
    private readonly audit: AuditService,
  ) {}

  /** @throws {NotFoundError | InvalidRequestError} */
  async list(caller: Principal, query: ListCannedRepliesQuery): Promise<CannedReplyView[]> {
    const { conversation_id: conversationId, platform_account_id: account } = query;
    if (conversationId === undefined) {
      const accountId = account && (await this.accounts.getOwned(tenantScope(caller.tenant), account))._id;
      return (await this.replies.list(caller.tenant, accountId)).map((reply) => viewOf(reply));
    }
    if (account !== undefined)
      throw new InvalidRequestError('platform_account_id: not beside conversation_id', [
        { field: 'platform_account_id', expected: 'nothing beside conversation_id' },
      ]);
    const conversation = await this.conversations.get(scopeOf(caller), conversationId.toLowerCase());
    const [found, values] = await Promise.all([
      this.replies.list(conversation.user_id, conversation.platform_account_id),
      this.valuesFor(caller, conversation),
    ]);
    return found.map((reply) => ({ ...viewOf(reply), filled: fillIn(reply.text, values) }));
  }

  /** @throws {ConflictError | InvalidRequestError | NotFoundError} */
  async create({ tenant }: Principal, fields: NewCannedReplyRequest): Promise<CannedReplyView> {
    const { shortcut, text, platform_account_id: account } = fields;
    refuseUnknown(text);
    if ((await this.replies.count(tenant)) >= maxReplies)
      throw new ConflictError(`There are ${maxReplies} canned replies already.`);
    const platform_account_id = account && (await this.accounts.getOwned(tenantScope(tenant), account))._id;
    const ofAccount = platform_account_id === undefined ? {} : { platform_account_id };
    const reply = await once(() => this.replies.insert(tenant, { shortcut, text, ...ofAccount }));
    await this.note('canned_reply.added', tenant, reply._id);
    return viewOf(reply);
  }

  /** @throws {NotFoundError | ConflictError | InvalidRequestError} */
  async change({ tenant }: Principal, id: string, fields: ChangeCannedReplyRequest): Promise<CannedReplyView> {
    const { shortcut, text } = fields;
    if (shortcut === undefined && text === undefined)
      throw new InvalidRequestError('Nothing to change: give shortcut or text.', [
        { field: 'body', expected: 'shortcut or text' },
      ]);
    if (text !== undefined) refuseUnknown(text);
    const reply = await once(() => this.replies.change(tenant, id, { shortcut, text }));
    if (!reply) throw notThere();
    await this.note('canned_reply.changed', tenant, id);
    return viewOf(reply);
  }

  /** @throws {NotFoundError} */
  async remove({ tenant }: Principal, id: string): Promise<void> {
    if (!(await this.replies.remove(tenant, id))) throw notThere();
    await this.note('canned_reply.removed', tenant, id);
  }

  private async valuesFor(caller: Principal, conversation: Conversation): Promise<Values> {
    const [account, me] = await Promise.all([
      this.directory.get(conversation.platform_account_id),
      this.colleagues.nameOf(caller.actor),
    ]);
    const name = conversation.participant_name;
    return {
      'customer.name': name,
      'customer.first_name': name?.trim().split(/\s+/)[0],
      'customer.username': conversation.participant_username,
      'account.name': account?.name ?? account?.username,
      'account.username': account?.username,
      'me.name': me,
    };
  }

  private async note(action: AuditAction, tenant: string, id: string): Promise<void> {
    await this.audit.record({ action, tenant, target: { canned_reply_id: id } });
  }
}

const notThere = (): NotFoundError => new NotFoundError('There is no such canned reply.');

function viewOf({ _id: id, shortcut, text, platform_account_id: account }: CannedReply): CannedReplyView {
  return { id, shortcut, text, platform_account_id: account ?? null };
}

function refuseUnknown(text: string): void {
  const unknown = unknownIn(text);
  if (unknown === undefined) return;
  throw new InvalidRequestError(`text: nothing is known as {{${unknown}}}`, [
    { field: 'text', expected: 'variables that are known' },
  ]);
}

async function once<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== duplicateKey) throw cause;
    throw new ConflictError('This shortcut has a text already.', { cause });
  }
}
