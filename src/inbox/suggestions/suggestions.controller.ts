import { Body, Controller, Delete, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { suggestionView } from '../../agent/index.js';
import { Caller, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { followHeader, IdempotencyKey, idempotencyHeader, queuedDescription } from '../../dms/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { ReplyResponse } from '../inbox.responses.js';
import { DeskDoneResponse } from '../labels/labels.dto.js';
import { replyResponse } from '../messages/reply-response.js';
import { SendSuggestionDto, SuggestionResponse } from './suggestions.dto.js';
import { SuggestionsService } from './suggestions.service.js';

const conversationId = {
  name: 'id',
  description: 'The conversation’s id',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '9f86d081884c7d659a2feaa0',
} as const;

@ApiTags('Inbox')
@Controller('inbox/conversations/:id/suggestion')
@ApiParam(conversationId)
export class SuggestionsController {
  constructor(private readonly suggestions: SuggestionsService) {}

  @Get()
  @ForUsers()
  @ApiOperation({
    summary: 'What the agent would answer',
    description:
      'With `agent_mode` `draft`, and in the conversations that `auto_share` leaves to people. 404: nothing is ' +
      'suggested for what was said last.',
  })
  @ApiOkResponse({ type: SuggestionResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async get(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<SuggestionResponse> {
    return { success: true, data: suggestionView(await this.suggestions.get(scope, id)) };
  }

  @Post()
  @HttpCode(200)
  @ForUsers()
  @ApiOperation({
    summary: 'Send it, as it is or changed',
    description:
      'As `POST /inbox/conversations/{id}/messages` does, in the caller’s name, and once however often it is asked ' +
      'for. 409 `suggestion_outdated`: something was written since, or somebody else has sent it.',
  })
  @ApiHeader(idempotencyHeader)
  @ApiResponse({ status: 200, type: ReplyResponse, description: 'Meta has taken it.' })
  @ApiResponse({ status: 202, type: ReplyResponse, description: queuedDescription, headers: followHeader })
  @ApiErrors(400, 401, 403, 404, 409, 413, 415, 429, 502, 503)
  async send(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() body: SendSuggestionDto,
    @IdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplyResponse> {
    return replyResponse(await this.suggestions.send(caller, id, body, key), reply);
  }

  @Delete()
  @ForUsers()
  @ApiOperation({ summary: 'Take it away', description: 'The customer goes on waiting. 404: nothing is suggested.' })
  @ApiOkResponse({ type: DeskDoneResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async dismiss(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<DeskDoneResponse> {
    await this.suggestions.dismiss(scope, id);
    return { success: true };
  }
}
