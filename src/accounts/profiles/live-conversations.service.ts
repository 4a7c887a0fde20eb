import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ChannelsService, type ChannelPage, type ChannelThread } from '../../channels/index.js';
import { InvalidRequestError } from '../../errors/index.js';
import type { AccountSummary } from '../account-summary.js';
import { TokenVaultService } from '../token-vault.service.js';

/** Meta allows two such calls a second: a dashboard that polls must not use them up. */
const keptMs = 30_000;

/** The account's conversations as Meta lists them now, kept for half a minute. */
@Injectable()
export class LiveConversationsService {
  private readonly pages = new LRUCache<string, ChannelPage<ChannelThread>>({ max: 500, ttl: keptMs });

  constructor(
    private readonly vault: TokenVaultService,
    private readonly channels: ChannelsService,
  ) {}

  /** @throws {InvalidRequestError} on a channel that lists none */
  async list(
    account: Pick<AccountSummary, '_id'>,
    page: { limit: number; after?: string },
  ): Promise<ChannelPage<ChannelThread> & { cached: boolean }> {
    // Asked first even when the page is cached: an account that was disconnected shows nothing any more.
    const access = await this.vault.accessFor(account._id);
    const key = JSON.stringify([account._id, access.tokenVersion, page.limit, page.after ?? null]);
    const kept = this.pages.get(key);
    if (kept) return { ...kept, cached: true };
    const { history } = this.channels.get(access.channel);
    if (!history) throw new InvalidRequestError('This account’s channel lists no conversations.', []);
    const found = await history.threads(access, page);
    this.pages.set(key, found);
    return { ...found, cached: false };
  }
}
