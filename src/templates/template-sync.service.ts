import { Injectable, Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '#libs/clock';
import { AccountCallsService, type AccountSummary } from '../accounts/index.js';
import { ChannelsService, NotOnChannelError, type ChannelTemplate, type ChannelTemplates } from '../channels/index.js';
import { TemplatesRepository } from './templates.repository.js';

/** What the channel listed so long ago is asked for again. */
const freshMs = 60 * 60_000;
/** The channel counts such calls by the hour: not for every send of a template that is not there. */
const notAgainMs = 60_000;
const maxPages = 60;

/** Asks the channel for an account's templates. */
@Injectable()
export class TemplateSyncService {
  private readonly logger = new Logger(TemplateSyncService.name);
  /** Accounts that this process asked for lately. */
  private readonly lately = new LRUCache<string, true>({ max: 5_000, ttl: notAgainMs });

  constructor(
    private readonly channels: ChannelsService,
    private readonly calls: AccountCallsService,
    private readonly templates: TemplatesRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws {NotOnChannelError} the channel has none */
  facetOf({ channel }: Pick<AccountSummary, 'channel'>, field: string): ChannelTemplates {
    const { templates } = this.channels.get(channel);
    if (!templates) throw new NotOnChannelError(field, channel, 'no templates');
    return templates;
  }

  /** @throws {AccountNotUsableError | UpstreamError | NotOnChannelError} */
  async sync(account: AccountSummary): Promise<void> {
    const facet = this.facetOf(account, 'account_id');
    const listedAt = this.clock.date();
    const listed = await this.calls.asking(account._id, async (access) => {
      const all: ChannelTemplate[] = [];
      let after: string | undefined;
      for (let page = 0; page < maxPages; page++) {
        const found = await facet.list(access, after);
        all.push(...found.items);
        if (found.after === undefined || found.after === after) break;
        after = found.after;
      }
      return all;
    });
    await this.templates.replaceAll(account, listed, listedAt);
    this.lately.set(account._id, true);
  }

  /** Asks where what is stored is old. A refusal is no reason to show nothing. @returns whether it is fresh now */
  async syncIfOld(account: AccountSummary): Promise<boolean> {
    const since = new Date(this.clock.now() - freshMs);
    if (await this.templates.areSyncedSince(account._id, since)) return true;
    return this.trySync(account);
  }

  /** For a template that is not known, or not approved: it may be by now. @returns whether the channel was asked */
  async syncUnlessLately(account: AccountSummary): Promise<boolean> {
    return this.lately.has(account._id) ? false : this.trySync(account);
  }

  private async trySync(account: AccountSummary): Promise<boolean> {
    try {
      await this.sync(account);
      return true;
    } catch (error) {
      this.logger.warn({ msg: 'templates could not be asked for', account_id: account._id, err: error });
      return false;
    }
  }
}
