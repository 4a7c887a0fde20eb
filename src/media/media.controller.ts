import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ForUsers, Scope, type TenantScope } from '../auth/index.js';
import { firstChannel, type Channel } from '../channels/index.js';
import { channelNamed, ChannelQuery } from '../dms/index.js';
import { ApiErrors } from '../errors/index.js';
import { IdPipe } from '../paging/index.js';
import { ApiAttachmentIndex, AttachmentIndexPipe } from './attachment-index.pipe.js';
import { MediaLinkResponse } from './media.dto.js';
import { MediaLinksService } from './media-links.service.js';

abstract class MediaRoutes {
  /** Whose DMs are meant where the request does not say; `undefined`: everybody's. */
  protected abstract readonly usualChannel: Channel | undefined;

  protected constructor(protected readonly links: MediaLinksService) {}

  @Get(':id/attachments/:index')
  @ForUsers()
  @ApiOperation({
    summary: 'Link to our copy of an attachment',
    description:
      'For accounts that keep copies (`keep_media`): Meta’s own links expire. An attachment that has one says ' +
      '`has_copy`, here and in the inbox. 404 where no copy was kept, and once the message was deleted or taken back.',
  })
  @ApiParam({
    name: 'id',
    description: 'The DM’s `_id`',
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
    example: '665f1c2ab1e4c7a1d2f3e4b5',
  })
  @ApiAttachmentIndex()
  @ApiOkResponse({ type: MediaLinkResponse })
  @ApiErrors(400, 401, 404, 429)
  async link(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Param('index', AttachmentIndexPipe) index: number,
    @Query() { platform }: ChannelQuery,
  ): Promise<MediaLinkResponse> {
    const channel = platform === undefined ? this.usualChannel : channelNamed(platform);
    return { success: true, data: await this.links.of(scope, id, index, channel) };
  }
}

/** Beside the contract's routes of DMs. */
@ApiTags('Instagram DMs')
@Controller('instagram-dms')
export class MediaController extends MediaRoutes {
  protected readonly usualChannel = firstChannel;

  constructor(links: MediaLinksService) {
    super(links);
  }
}

/** Beside those of all channels. */
@ApiTags('Messages')
@Controller('messages')
export class MessageMediaController extends MediaRoutes {
  protected readonly usualChannel = undefined;

  constructor(links: MediaLinksService) {
    super(links);
  }
}
