import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { AgentRunResponse, AgentUsageQuery, AgentUsageResponse, RateRunDto } from './agent-runs.dto.js';
import { AgentRunsService } from './agent-runs.service.js';

const dmParam = {
  name: 'dm_id',
  description: 'Id of a DM of the reply, or of one of the customer’s that it answered.',
  schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
  example: '665f1c2ab7e4a1d2c3b4a599',
} as const;

@ApiTags('Agent')
@Controller('agent')
export class AgentRunsController {
  constructor(private readonly runs: AgentRunsService) {}

  @ForUsers()
  @Get('runs/:dm_id')
  @ApiParam(dmParam)
  @ApiOperation({
    summary: 'Why the agent said what it said',
    description: 'The latest run about a DM, also one that ended in silence or with a person. Kept for 30 days.',
  })
  @ApiOkResponse({ type: AgentRunResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async run(@Scope() scope: TenantScope, @Param('dm_id', IdPipe) dmId: string): Promise<AgentRunResponse> {
    return { success: true, data: await this.runs.ofDm(scope, dmId) };
  }

  @ForUsers()
  @Post('runs/:dm_id/rating')
  @HttpCode(200)
  @ApiParam(dmParam)
  @ApiOperation({
    summary: 'Say whether what the agent said, or suggested, was right',
    description: 'Kept with the run; the latest word holds. `GET /agent/usage/{account_id}` counts them.',
  })
  @ApiOkResponse({ type: AgentRunResponse })
  @ApiErrors(400, 401, 404, 413, 415, 429, 503)
  async rate(
    @Caller() caller: Principal,
    @Param('dm_id', IdPipe) dmId: string,
    @Body() body: RateRunDto,
  ): Promise<AgentRunResponse> {
    return { success: true, data: await this.runs.rate(caller, dmId, body) };
  }

  @ForUsers()
  @Get('usage/:account_id')
  @ApiParam({
    name: 'account_id',
    description: 'Our id of the account, or its Instagram id.',
    example: '665f1c2ab7e4a1d2c3b4a596',
  })
  @ApiOperation({
    summary: 'What the agent did and cost a day',
    description: 'Days are the account’s. They are counted from the runs, which are kept for 30 days.',
  })
  @ApiOkResponse({ type: AgentUsageResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async usage(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Query() query: AgentUsageQuery,
  ): Promise<AgentUsageResponse> {
    return { success: true, data: await this.runs.usage(scope, accountId, query) };
  }
}
