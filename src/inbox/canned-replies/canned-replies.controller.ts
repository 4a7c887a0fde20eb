import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, ForUsers, type Principal } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { DocumentsBody } from '../../validation/index.js';
import { DeskDoneResponse } from '../labels/labels.dto.js';
import {
  CannedReplyListResponse,
  CannedReplyResponse,
  ChangeCannedReplyRequest,
  ListCannedRepliesQuery,
  NewCannedReplyRequest,
} from './canned-replies.dto.js';
import { CannedRepliesService } from './canned-replies.service.js';

const replyId = {
  name: 'id',
  description: 'The canned reply’s id',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '665f1c2e9b1e8a0012345678',
} as const;

@ApiTags('Inbox')
@Controller('inbox/canned-replies')
export class CannedRepliesController {
  constructor(private readonly replies: CannedRepliesService) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'Texts to answer with',
    description: 'All there are. With `conversation_id` each is also as it reads there; nothing is sent.',
  })
  @ApiOkResponse({ type: CannedReplyListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async list(@Caller() caller: Principal, @Query() query: ListCannedRepliesQuery): Promise<CannedReplyListResponse> {
    return { success: true, data: await this.replies.list(caller, query) };
  }

  @Post()
  @ForOwners()
  @ApiOperation({ summary: 'Add a canned reply', description: 'Five hundred at most. 409: the shortcut has a text.' })
  @ApiCreatedResponse({ type: CannedReplyResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async create(@Caller() caller: Principal, @Body() body: NewCannedReplyRequest): Promise<CannedReplyResponse> {
    return { success: true, data: await this.replies.create(caller, body) };
  }

  @Patch(':id')
  @ForOwners()
  @ApiOperation({ summary: 'Change a canned reply' })
  @ApiParam(replyId)
  @DocumentsBody(ChangeCannedReplyRequest, { minProperties: 1 })
  @ApiOkResponse({ type: CannedReplyResponse })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 503)
  async change(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() body: ChangeCannedReplyRequest,
  ): Promise<CannedReplyResponse> {
    return { success: true, data: await this.replies.change(caller, id, body) };
  }

  @Delete(':id')
  @ForOwners()
  @ApiOperation({ summary: 'Remove a canned reply' })
  @ApiParam(replyId)
  @ApiOkResponse({ type: DeskDoneResponse })
  @ApiErrors(400, 401, 403, 404, 429, 503)
  async remove(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<DeskDoneResponse> {
    await this.replies.remove(caller, id);
    return { success: true };
  }
}
