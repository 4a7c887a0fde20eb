import { Injectable } from '@nestjs/common';
import { AccountsService } from '../../accounts/index.js';
import type { TenantScope } from '../../auth/index.js';
import { CommentsRepository } from '../../dms/index.js';
import { cursorOf, pageOf, readCursor } from '../../paging/index.js';
import { commentView, type CommentView, type ListCommentsQuery } from './comments.dto.js';

/** Comments on the accounts' media, for private replies. */
@Injectable()
export class InboxCommentsService {
  constructor(
    private readonly comments: CommentsRepository,
    private readonly accounts: AccountsService,
  ) {}

  async list(
    scope: TenantScope,
    { platform_account_id: idOrIgId, cursor, limit }: ListCommentsQuery,
  ): Promise<{ data: CommentView[]; next_cursor: string | null }> {
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const account = idOrIgId === undefined ? undefined : await this.accounts.getOwned(scope, idOrIgId);
    const found = await this.comments.list(scope, {
      ...(after ? { before: { timestamp: after.at.getTime(), id: after.id } } : {}),
      ...(account ? { accountId: account._id } : {}),
      limit: limit + 1,
    });
    const page = pageOf(found, limit, ({ timestamp, _id: id }) => cursorOf({ at: new Date(timestamp), id }));
    return { ...page, data: page.data.map(commentView) };
  }
}
