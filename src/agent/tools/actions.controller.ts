import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { ActionListResponse, ActionResponse, ListActionsQuery } from './actions.dto.js';
import { ActionsService } from './actions.service.js';

const idParam = {
  name: 'id',
  description: 'Id of the action.',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '665f1c2ab7e4a1d2c3b4a599',
} as const;

@ApiTags('Agent')
@Controller('agent/actions')
export class ActionsController {
  constructor(private readonly actions: ActionsService) {}

  @ForUsers()
  @Get()
  @ApiOperation({ summary: 'What the agent wants done, and what became of it', description: 'The latest first.' })
  @ApiOkResponse({ type: ActionListResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async list(@Scope() scope: TenantScope, @Query() query: ListActionsQuery): Promise<ActionListResponse> {
    return { success: true, ...(await this.actions.list(scope, query)) };
  }

  @ForUsers()
  @Post(':id/approve')
  @HttpCode(200)
  @ApiParam(idParam)
  @ApiOperation({
    summary: 'Let it be done',
    description: 'Once, in a moment: `GET /agent/actions` and the live stream tell what came of it.',
  })
  @ApiOkResponse({ type: ActionResponse })
  @ApiErrors(400, 401, 404, 409, 429, 503)
  async approve(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<ActionResponse> {
    return { success: true, data: await this.actions.approve(caller, id) };
  }

  @ForUsers()
  @Post(':id/refuse')
  @HttpCode(200)
  @ApiParam(idParam)
  @ApiOperation({ summary: 'Let it not be done', description: 'The customer is not told by that.' })
  @ApiOkResponse({ type: ActionResponse })
  @ApiErrors(400, 401, 404, 409, 429, 503)
  async refuse(@Caller() caller: Principal, @Param('id', IdPipe) id: string): Promise<ActionResponse> {
    return { success: true, data: await this.actions.refuse(caller, id) };
  }
}
