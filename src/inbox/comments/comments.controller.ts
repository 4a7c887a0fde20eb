import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ForUsers, Scope, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { CommentListResponse, ListCommentsQuery } from './comments.dto.js';
import { InboxCommentsService } from './inbox-comments.service.js';

@ApiTags('Inbox')
@Controller('inbox/comments')
export class CommentsController {
  constructor(private readonly comments: InboxCommentsService) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'Comments and mentions, the latest first',
    description: 'To answer one privately: `POST /instagram-dms/private-reply` with its `comment_id`.',
  })
  @ApiResponse({ status: 200, type: CommentListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() query: ListCommentsQuery): Promise<CommentListResponse> {
    return { success: true, ...(await this.comments.list(scope, query)) };
  }
}
