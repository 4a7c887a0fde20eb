import { Controller, Get, Param, ParseIntPipe } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ForUsers, Scope, type TenantScope } from '../auth/index.js';
import { DmsRepository } from '../dms/index.js';
import { ApiErrors, NotFoundError } from '../errors/index.js';
import { linkTtlS, MediaStorage } from './media-storage.js';

export class MediaLinkDto {
  @ApiProperty({
    description: 'Works for five minutes.',
    example: 'https://bucket.s3.amazonaws.com/media/…?X-Amz-Signature=…',
  })
  url!: string;

  @ApiProperty({ example: 'image/jpeg' })
  content_type!: string;

  @ApiProperty({ example: 48_213 })
  bytes!: number;

  @ApiProperty({ example: 300 })
  expires_in!: number;
}

export class MediaLinkResponse {
  @ApiProperty({ example: true })
  success!: boolean;

  @ApiProperty({ type: MediaLinkDto })
  data!: MediaLinkDto;
}

@ApiTags('Instagram DMs')
@ForUsers()
@Controller('instagram-dms')
export class MediaController {
  constructor(
    private readonly dms: DmsRepository,
    private readonly storage: MediaStorage,
  ) {}

  @Get(':id/attachments/:index')
  @ApiOperation({
    summary: 'Link to our copy of an attachment',
    description: 'For accounts that keep copies (`keep_media`): Meta’s own links expire. 404 where no copy was kept.',
  })
  @ApiParam({ name: 'id', description: 'The DM’s `_id`', example: '665f1c2ab1e4c7a1d2f3e4b5' })
  @ApiParam({
    name: 'index',
    description: 'Position in `attachments`.',
    schema: { type: 'integer', minimum: 0 },
    example: 0,
  })
  @ApiOkResponse({ type: MediaLinkResponse })
  @ApiErrors(400, 401, 404, 429)
  async link(
    @Scope() scope: TenantScope,
    @Param('id') id: string,
    @Param('index', ParseIntPipe) index: number,
  ): Promise<MediaLinkResponse> {
    const attachment = (await this.dms.find(scope, id))?.attachments[index];
    if (!attachment?.stored_key || !this.storage.isConfigured)
      throw new NotFoundError('There is no copy of this attachment.');
    const url = await this.storage.link(attachment.stored_key);
    const { content_type = 'application/octet-stream', stored_bytes = 0 } = attachment;
    return { success: true, data: { url, content_type, bytes: stored_bytes, expires_in: linkTtlS } };
  }
}
