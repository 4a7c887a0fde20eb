import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, type Principal } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { DeskDoneResponse } from '../labels/labels.dto.js';
import { DraftListResponse, DraftRequest, DraftResponse, draftView } from './drafts.dto.js';
import { DraftsService } from './drafts.service.js';

const conversationId = {
  name: 'id',
  description: 'The conversation’s id',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '9f86d081884c7d659a2feaa0',
} as const;

@ApiTags('Inbox')
@Controller('inbox')
export class DraftsController {
  constructor(private readonly drafts: DraftsService) {}

  @Get('drafts')
  @ForUsers()
  @ApiOperation({ summary: 'Where the caller has begun to write', description: 'The latest first.' })
  @ApiOkResponse({ type: DraftListResponse })
  @ApiErrors(401, 429, 503)
  async list(@Caller() caller: Principal): Promise<DraftListResponse> {
    return { success: true, data: (await this.drafts.latest(caller)).map(draftView) };
  }

  @Get('conversations/:id/draft')
  @ForUsers()
  @ApiOperation({ summary: 'What the caller has begun to write here' })
  @ApiParam(conversationId)
  @ApiOkResponse({ type: DraftResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async get(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<DraftResponse> {
    const draft = await this.drafts.find(caller, id);
    return { success: true, data: draft && draftView(draft) };
  }

  @Put('conversations/:id/draft')
  @ForUsers()
  @ApiOperation({
    summary: 'Keep what the caller has begun to write',
    description: 'For themselves alone, on all their devices; for a month.',
  })
  @ApiParam(conversationId)
  @ApiOkResponse({ type: DraftResponse })
  @ApiErrors(400, 401, 404, 413, 415, 429, 503)
  async save(
    @Caller() caller: Principal,
    @Param('id', IdPipe) id: string,
    @Body() { text }: DraftRequest,
  ): Promise<DraftResponse> {
    return { success: true, data: draftView(await this.drafts.save(caller, id, text)) };
  }

  @Delete('conversations/:id/draft')
  @ForUsers()
  @ApiOperation({ summary: 'Take the draft away', description: 'Done, too, where there is none.' })
  @ApiParam(conversationId)
  @ApiOkResponse({ type: DeskDoneResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async remove(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<DeskDoneResponse> {
    await this.drafts.remove(caller, id);
    return { success: true };
  }
}
