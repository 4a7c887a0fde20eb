import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller, ForOwners, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import {
  PutToolRequest,
  TestToolRequest,
  ToolListResponse,
  ToolRemovedResponse,
  ToolResponse,
  ToolTestResponse,
} from './tools.dto.js';
import { ToolsService } from './tools.service.js';

const accountParam = {
  name: 'account_id',
  description: 'Our id of the account, or its Instagram id.',
  example: '665f1c2ab7e4a1d2c3b4a596',
};
const nameParam = { name: 'name', description: 'Name of the tool.', example: 'order_lookup' };

@ApiTags('Agent')
@Controller('agent/tools/:account_id')
@ApiParam(accountParam)
export class ToolsController {
  constructor(private readonly tools: ToolsService) {}

  @ForUsers()
  @Get()
  @ApiOperation({
    summary: 'What the agent can look up and propose',
    description: 'By name; headers for owners alone.',
  })
  @ApiOkResponse({ type: ToolListResponse })
  @ApiErrors(401, 404, 429, 503)
  async list(@Caller() caller: Principal, @Param('account_id') accountId: string): Promise<ToolListResponse> {
    return { success: true, data: await this.tools.list(caller, accountId) };
  }

  @ForUsers()
  @Get(':name')
  @ApiParam(nameParam)
  @ApiOperation({ summary: 'A tool', description: 'Headers for owners alone; secret ones never.' })
  @ApiOkResponse({ type: ToolResponse })
  @ApiErrors(401, 404, 429, 503)
  async get(
    @Caller() caller: Principal,
    @Param('account_id') accountId: string,
    @Param('name') name: string,
  ): Promise<ToolResponse> {
    return { success: true, data: await this.tools.get(caller, accountId, name) };
  }

  @ForOwners()
  @Put(':name')
  @ApiParam(nameParam)
  @ApiOperation({
    summary: 'Declare a tool, or declare it anew',
    description: 'All of it is written: what is left out is put back. The next answer uses it.',
  })
  @ApiOkResponse({ type: ToolResponse })
  @ApiErrors(400, 401, 404, 409, 413, 415, 429, 503)
  async put(
    @Caller() caller: Principal,
    @Param('account_id') accountId: string,
    @Param('name') name: string,
    @Body() body: PutToolRequest,
  ): Promise<ToolResponse> {
    return { success: true, data: await this.tools.put(caller, accountId, name, body) };
  }

  @ForOwners()
  @Delete(':name')
  @ApiParam(nameParam)
  @ApiOperation({ summary: 'Delete a tool', description: 'What was proposed with it and not done yet fails.' })
  @ApiOkResponse({ type: ToolRemovedResponse })
  @ApiErrors(401, 404, 429, 503)
  async remove(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Param('name') name: string,
  ): Promise<ToolRemovedResponse> {
    await this.tools.remove(scope, accountId, name);
    return { success: true, deleted: true };
  }

  @ForOwners()
  @Post(':name/test')
  @HttpCode(200)
  @ApiParam(nameParam)
  @ApiOperation({ summary: 'Call a tool and see what the agent would', description: 'A `write` really writes.' })
  @ApiOkResponse({ type: ToolTestResponse })
  @ApiErrors(400, 401, 404, 413, 415, 429, 503)
  async test(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Param('name') name: string,
    @Body() body: TestToolRequest,
  ): Promise<ToolTestResponse> {
    return { success: true, data: await this.tools.test(scope, accountId, name, body) };
  }
}
