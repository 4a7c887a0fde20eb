import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, ForUsers, Scope, type Principal, type TenantScope } from '../auth/index.js';
import { followHeader, IdempotencyKey, idempotencyHeader, queuedDescription } from '../dms/index.js';
import { ActsOnGet } from '../http/index.js';
import { ApiErrors } from '../errors/index.js';
import { DocumentsBody } from '../validation/index.js';
import { IdPipe } from '../paging/index.js';
import { ListConversationsQuery, PatchConversationDto } from './conversations/conversations.dto.js';
import { InboxConversationsService, type ConversationList } from './conversations/inbox-conversations.service.js';
import {
  ConversationListResponse,
  ConversationResponse,
  MessageListResponse,
  MessageSearchResponse,
  ReplyResponse,
} from './inbox.responses.js';
import { ListMessagesQuery, ReplyDto, SearchMessagesQuery } from './messages/messages.dto.js';
import { replyResponse } from './messages/reply-response.js';
import { InboxMessagesService, type MessagePage } from './messages/inbox-messages.service.js';

const conversationId = {
  name: 'id',
  description: 'The conversation’s id',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '9f86d081884c7d659a2feaa0',
} as const;

@ApiTags('Inbox')
@Controller('inbox/conversations')
export class InboxController {
  constructor(
    private readonly conversations: InboxConversationsService,
    private readonly messages: InboxMessagesService,
  ) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'Conversations, the latest message first',
    description:
      'Archived ones and those with blocked people are left out unless asked for. `view` asks for one of the work ' +
      'lists; `GET /inbox/counts` tells how much is in each.',
  })
  @ApiResponse({ status: 200, type: ConversationListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  list(@Caller() caller: Principal, @Query() query: ListConversationsQuery): Promise<ConversationList> {
    return this.conversations.list(caller, query);
  }

  @Get(':id')
  @ForUsers()
  @ApiOperation({ summary: 'One conversation' })
  @ApiParam(conversationId)
  @ApiResponse({ status: 200, type: ConversationResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async get(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<ConversationResponse> {
    return { success: true, data: await this.conversations.get(scope, id) };
  }

  @Patch(':id')
  @ForUsers()
  @ApiOperation({
    summary: 'Assign, put off, put away as done, mark read, take over from the agent or hand back to it',
    description: 'Who follows the stream hears of it at once. 409: somebody else than `expected_assignee` has it.',
  })
  @ApiParam(conversationId)
  @DocumentsBody(PatchConversationDto, { minProperties: 1 })
  @ApiResponse({ status: 200, type: ConversationResponse })
  @ApiErrors(400, 401, 404, 409, 413, 415, 429, 503)
  async patch(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() body: PatchConversationDto,
  ): Promise<ConversationResponse> {
    return { success: true, data: await this.conversations.patch(caller, id, body) };
  }

  @Get(':id/messages')
  @ActsOnGet()
  @ForUsers()
  @ApiOperation({
    summary: 'A conversation’s messages in order',
    description:
      'Always the oldest first. The first page holds the newest; `cursor` leads to older ones, `after` to newer ones, ' +
      '`around` to a message and what was said beside it. 404: there is no such message here.',
  })
  @ApiParam(conversationId)
  @ApiResponse({ status: 200, type: MessageListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  listMessages(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() query: ListMessagesQuery,
  ): Promise<MessagePage> {
    return this.messages.list(scope, id, query);
  }

  @Get(':id/messages/search')
  @ForUsers()
  @ApiOperation({
    summary: 'Messages of a conversation that have a text in them',
    description: 'The newest first; `GET /inbox/conversations/{id}/messages?around=` shows one where it was said.',
  })
  @ApiParam(conversationId)
  @ApiResponse({ status: 200, type: MessageSearchResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  searchMessages(
    @Scope() scope: TenantScope,
    @Param('id', IdPipe) id: string,
    @Query() query: SearchMessagesQuery,
  ): Promise<MessageSearchResponse> {
    return this.messages.search(scope, id, query);
  }

  @Post(':id/messages')
  @HttpCode(200)
  @ForUsers()
  @ApiOperation({
    summary: 'Answer by hand',
    description:
      'Sent as `/instagram-dms/send` does. The agent then stays silent for `pause_after_human_minutes`, and the ' +
      'conversation counts as read. 403: the 24-hour window is closed; `reply_with_tag` says whether a `tag` helps.',
  })
  @ApiHeader(idempotencyHeader)
  @ApiParam(conversationId)
  @ApiResponse({ status: 200, type: ReplyResponse, description: 'Meta has taken it.' })
  @ApiResponse({
    status: 202,
    type: ReplyResponse,
    description: queuedDescription,
    headers: followHeader,
  })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 502, 503)
  async reply(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() body: ReplyDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplyResponse> {
    return replyResponse(await this.messages.reply(caller, id, body, key), reply);
  }
}
