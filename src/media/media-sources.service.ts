import { Injectable } from '@nestjs/common';
import { GraphApiError, isGraphError } from '#libs/graph-api';
import { FetchRefusedError, FetchUnavailableError, safeFetch, type Download, type FetchPolicy } from '#libs/safe-fetch';
import { AccountNotUsableError, TokenVaultService } from '../accounts/index.js';
import { ChannelsService, type MediaLink } from '../channels/index.js';
import { AppConfig } from '../config/index.js';
import { isHeldById, type DmAttachment } from '../dms/index.js';
import { mediaPolicy } from './media-policy.js';

/** Where an attachment is served from. */
export interface MediaSource {
  /** The same for the same file, however often its link changes. */
  name: string;
  open(signal?: AbortSignal, range?: string): Promise<Download>;
}

/** Opens media where the channel serves it: by the link that came with it, or by its id. */
@Injectable()
export class MediaSourcesService {
  private readonly policy: FetchPolicy;
  /** Stand-ins of a development machine, which take the part of the channel's own host. */
  private readonly otherHosts: readonly string[];

  constructor(
    private readonly channels: ChannelsService,
    private readonly vault: TokenVaultService,
    config: AppConfig,
  ) {
    this.policy = mediaPolicy(config);
    this.otherHosts = this.policy.allowLocal ? config.MEDIA_EXTRA_HOSTS : [];
  }

  /** @returns `undefined` for an attachment that is not served */
  of(accountId: string, attachment: DmAttachment): MediaSource | undefined {
    const { url, media_id: id } = attachment;
    if (url !== undefined)
      return { name: url, open: (signal, range) => safeFetch(url, this.policy, signal, rangeOf(range)) };
    if (id === undefined || !isHeldById(attachment)) return undefined;
    return {
      name: `${accountId}/${id}`,
      open: async (signal, range) => {
        const { url: link, credential } = await this.linkOf(accountId, id, signal);
        const hosts = [...(credential?.hosts ?? []), ...this.otherHosts];
        const opened = credential ? { credential: { ...credential, hosts } } : {};
        return safeFetch(link, this.policy, signal, { ...rangeOf(range), ...opened });
      },
    };
  }

  /** In the words of a download: refused for good, or for now. */
  private async linkOf(accountId: string, mediaId: string, signal?: AbortSignal): Promise<MediaLink> {
    try {
      const access = await this.vault.accessFor(accountId);
      const { media } = this.channels.get(access.channel);
      if (!media) throw new FetchRefusedError('bad_url', 'The channel serves no media by id.');
      return await media.linkOf(access, mediaId, { signal });
    } catch (error) {
      if (error instanceof AccountNotUsableError)
        throw new FetchUnavailableError('The account can’t be used.', { cause: error });
      if (!isGraphError(error)) throw error;
      const isGone = error instanceof GraphApiError && error.code === 100;
      if (isGone) throw new FetchRefusedError('bad_status', 'The channel does not have it any more.');
      throw new FetchUnavailableError('The channel does not tell where it is.', { cause: error });
    }
  }
}

function rangeOf(range: string | undefined): { range?: string } {
  return range === undefined ? {} : { range };
}
