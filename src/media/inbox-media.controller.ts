import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ForUsers, Scope, type TenantScope } from '../auth/index.js';
import { ApiErrors } from '../errors/index.js';
import { IdPipe } from '../paging/index.js';
import { ApiAttachmentIndex, AttachmentIndexPipe } from './attachment-index.pipe.js';
import { MediaStreamsService, type MediaStream } from './media-streams.service.js';

/** Nothing in it runs, loads or is framed, should a browser open it as a page. */
const contentSecurityPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
const binary = { schema: { type: 'string', format: 'binary' } } as const;
const file = { content: { '*/*': binary } };

@ApiTags('Inbox')
@Controller('inbox/messages')
export class InboxMediaController {
  constructor(private readonly media: MediaStreamsService) {}

  @Get(':id/attachments/:index')
  @ForUsers()
  @ApiOperation({
    summary: 'A picture, video, voice message or file of a message',
    description:
      'Through this server, for `<img>`, `<video>` and `<audio>` of a page that is signed in by its session: our copy ' +
      'where there is one, else what the channel still serves. Its type is found out from its bytes; what a browser ' +
      'does not show by itself, SVG and HTML among it, comes as a file to save. 404: deleted, taken back, or not ' +
      'served any more.',
  })
  @ApiParam({
    name: 'id',
    description: 'The message’s id',
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
    example: '6740c0de6740c0de6740c0de',
  })
  @ApiAttachmentIndex()
  @ApiHeader({
    name: 'Range',
    required: false,
    description: 'One range of bytes, for seeking in a video',
    schema: { type: 'string', example: 'bytes=0-65535' },
  })
  @ApiProduces('*/*')
  @ApiResponse({ status: 200, description: 'All of it.', ...file })
  @ApiResponse({ status: 206, description: 'The part that was asked for.', ...file })
  @ApiErrors(400, 401, 404, 429, 503)
  async stream(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Param('index', AttachmentIndexPipe) index: number,
    @Headers('range') range: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const media = await this.media.open(scope, id, index, range);
    reply.raw.once('close', () => media.body.destroy());
    await reply
      .status(media.contentRange === undefined ? 200 : 206)
      .headers(headersOf(media))
      .send(media.body);
  }
}

function headersOf({ contentType, isShown, contentLength, contentRange, isFleeting }: MediaStream) {
  return {
    'content-type': isShown ? contentType : 'application/octet-stream',
    'content-disposition': isShown ? 'inline' : 'attachment',
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    'cache-control': isFleeting ? 'private, no-store' : 'private, max-age=3600',
    ...(contentLength === undefined ? {} : { 'content-length': String(contentLength) }),
    ...(contentRange === undefined ? {} : { 'content-range': contentRange }),
  };
}
