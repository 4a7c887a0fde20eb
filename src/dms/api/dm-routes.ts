import { Body, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { assertRole, Caller, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import type { Channel } from '../../channels/index.js';
import { ApiErrors } from '../../errors/index.js';
import { DocumentsBody } from '../../validation/index.js';
import { IdPipe } from '../../paging/index.js';
import { channelNamed } from './channel-filter.js';
import type { DmEditService } from './dm-edit.service.js';
import type { DmList, DmListService } from './dm-list.service.js';
import type { DmSendService } from './dm-send.service.js';
import { DeleteDmQuery, PatchDmDto, PrivateReplyDto, ResolveDmDto, SendDmDto } from './dms.dto.js';
import { DeleteDmResponse, DmListResponse, DmResponse, SendDmResponse } from './dms.responses.js';
import { followHeader, idempotencyHeader, queuedDescription, tellWhatToFollow } from './follow-send.js';
import { IdempotencyKey } from './idempotency-key.decorator.js';
import { ChannelQuery, ListDmsQuery } from './list-dms.dto.js';
import type { KeptSendResponse } from './send-answer.js';

const dmId = {
  name: 'id',
  description: 'The DM’s `_id`',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '6740c0de6740c0de6740c0de',
} as const;
const later = {
  status: 202,
  type: SendDmResponse,
  description: queuedDescription,
  headers: followHeader,
} as const;

/** The routes of DMs: the same for one channel and for all. */
export abstract class DmRoutes {
  /** Where they are, as a path. */
  protected abstract readonly path: string;
  /** Whose DMs are meant where the request does not say; `undefined`: everybody's. */
  protected abstract readonly usualChannel: Channel | undefined;

  protected constructor(
    protected readonly lists: DmListService,
    protected readonly sends: DmSendService,
    protected readonly edits: DmEditService,
  ) {}

  @Get('list')
  @ForUsers()
  @ApiOperation({ summary: 'DMs, newest first', description: 'Soft-deleted ones are left out.' })
  @ApiResponse({ status: 200, type: DmListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() query: ListDmsQuery): Promise<{ success: true } & DmList> {
    return { success: true, ...(await this.lists.list(scope, query, this.channelOf(query))) };
  }

  @Post('send')
  @HttpCode(200)
  @ForUsers()
  @ApiOperation({
    summary: 'Send a message',
    description:
      'Waits up to 8 seconds for Meta’s answer. 202: it is queued, for a limit, a refusal that passes or an answer that ' +
      'is not there yet, and goes out or fails by itself. An error says that it is not queued and will not be sent. ' +
      '403: the 24-hour window is closed. 502: Meta refused it for good; `details` has its code.',
  })
  @ApiHeader(idempotencyHeader)
  @DocumentsBody(SendDmDto, {
    anyOf: [{ required: ['message_text'] }, { required: ['attachment'] }, { required: ['template'] }],
  })
  @ApiResponse({ status: 200, type: SendDmResponse, description: 'Meta has taken it.' })
  @ApiResponse(later)
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 502, 503)
  async send(
    @Scope() scope: TenantScope,
    @Query() query: ChannelQuery,
    @Body() body: SendDmDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<KeptSendResponse['body']> {
    return this.answer(reply, await this.sends.send(scope, body, key, this.channelOf(query)));
  }

  @Post('private-reply')
  @HttpCode(200)
  @ForUsers()
  @ApiOperation({
    summary: 'Answer a comment privately',
    description: 'Meta allows one message, within 7 days of the comment. Answers as `send` does.',
  })
  @ApiHeader(idempotencyHeader)
  @ApiResponse({ status: 200, type: SendDmResponse, description: 'Meta has taken it.' })
  @ApiResponse(later)
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 502, 503)
  async privateReply(
    @Scope() scope: TenantScope,
    @Query() query: ChannelQuery,
    @Body() body: PrivateReplyDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<KeptSendResponse['body']> {
    return this.answer(reply, await this.sends.privateReply(scope, body, key, this.channelOf(query)));
  }

  @Get(':id')
  @ForUsers()
  @ApiOperation({ summary: 'One DM', description: 'For an outbound one, `status` tells how its sending stands.' })
  @ApiParam(dmId)
  @ApiResponse({ status: 200, type: DmResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async get(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() query: ChannelQuery,
  ): Promise<DmResponse> {
    return { success: true, data: await this.edits.get(scope, id, this.channelOf(query)) };
  }

  @Patch(':id')
  @ForUsers()
  @ApiOperation({ summary: 'Correct a DM’s stored text, or mark it read or unread' })
  @DocumentsBody(PatchDmDto, { minProperties: 1 })
  @ApiParam(dmId)
  @ApiResponse({ status: 200, type: DmResponse })
  @ApiErrors(400, 401, 404, 409, 413, 415, 429, 503)
  async patch(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() query: ChannelQuery,
    @Body() body: PatchDmDto,
  ): Promise<DmResponse> {
    return { success: true, data: await this.edits.patch(scope, id, body, this.channelOf(query)) };
  }

  @Delete(':id')
  @ForUsers()
  @ApiOperation({
    summary: 'Delete a DM here',
    description:
      'Softly (lists leave it out), or for good: then it does not come back when Meta delivers it again. The channel ' +
      'keeps its own copy. A message that still waits to be sent is not sent any more. For good is for owners.',
  })
  @ApiParam(dmId)
  @ApiResponse({ status: 200, type: DeleteDmResponse })
  @ApiErrors(400, 401, 403, 404, 409, 429, 503)
  async remove(
    @Caller() caller: Principal,
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() query: DeleteDmQuery,
  ): Promise<DeleteDmResponse> {
    const { hard } = query;
    if (hard) assertRole(caller, 'owner', 'Deleting for good');
    const channel = await this.edits.remove(scope, id, hard, this.channelOf(query));
    return hard
      ? { success: true, channel, deleted: true }
      : { success: true, channel, deleted: false, soft_deleted: true };
  }

  @Post(':id/resolve')
  @HttpCode(200)
  @ForUsers()
  @ApiOperation({
    summary: 'Say what became of an unconfirmed message',
    description: 'For messages whose outcome could not be found out: only a person can tell whether they arrived.',
  })
  @ApiParam(dmId)
  @ApiResponse({ status: 200, type: DmResponse })
  @ApiErrors(400, 401, 404, 409, 413, 415, 429, 503)
  async resolve(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() query: ChannelQuery,
    @Body() { action }: ResolveDmDto,
  ): Promise<DmResponse> {
    return { success: true, data: await this.edits.resolve(scope, id, action, this.channelOf(query)) };
  }

  private channelOf({ platform }: ChannelQuery): Channel | undefined {
    return platform === undefined ? this.usualChannel : channelNamed(platform);
  }

  private answer(reply: FastifyReply, { status, body, open }: KeptSendResponse): KeptSendResponse['body'] {
    void reply.status(status);
    if (open) tellWhatToFollow(reply, open, this.path);
    return body;
  }
}
