import { Injectable } from '@nestjs/common';
import type { TenantScope } from '../auth/index.js';
import type { Channel } from '../channels/index.js';
import { DmsRepository, isOfChannel, isVisible } from '../dms/index.js';
import { NotFoundError } from '../errors/index.js';
import type { MediaLinkDto } from './media.dto.js';
import { linkTtlS, MediaStorageService } from './media-storage.service.js';

/** Links to our copies, for whoever may see the message. */
@Injectable()
export class MediaLinksService {
  constructor(
    private readonly dms: DmsRepository,
    private readonly storage: MediaStorageService,
  ) {}

  /** @throws {NotFoundError} no copy was kept, or the DM is not there, soft-deleted, or another tenant's or channel's */
  async of(scope: TenantScope, dmId: string, index: number, channel?: Channel): Promise<MediaLinkDto> {
    const dm = await this.dms.find(scope, dmId);
    const attachment = dm && isVisible(dm) && isOfChannel(dm, channel) ? dm.attachments[index] : undefined;
    if (!attachment?.stored_key || !this.storage.isConfigured)
      throw new NotFoundError('There is no copy of this attachment.');
    const { stored_key, content_type = 'application/octet-stream', stored_bytes: bytes = 0 } = attachment;
    return { url: await this.storage.link(stored_key), content_type, bytes, expires_in: linkTtlS };
  }
}
