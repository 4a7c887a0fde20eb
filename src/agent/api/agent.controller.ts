import { Body, Controller, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { AgentSettingsPatchDto } from '../../accounts/index.js';
import { Caller, ForOwners, ForUsers, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { DocumentsBody } from '../../validation/index.js';
import { AgentPreviewResponse, AgentPreviewDto, AgentSettingsResponse } from './agent.dto.js';
import { AgentPreviewsService } from './agent-previews.service.js';
import { AgentSettingsApiService } from './agent-settings-api.service.js';

const accountParam = {
  name: 'account_id',
  description: 'Our id of the account, or its Instagram id.',
  example: '665f1c2ab7e4a1d2c3b4a596',
};

@ApiTags('Agent')
@Controller('agent')
export class AgentController {
  constructor(
    private readonly settings: AgentSettingsApiService,
    private readonly previews: AgentPreviewsService,
  ) {}

  @ForUsers()
  @Get('settings/:account_id')
  @ApiOperation({
    summary: 'How the agent answers for an account',
    description: 'What was configured, over the defaults.',
  })
  @ApiParam(accountParam)
  @ApiOkResponse({ type: AgentSettingsResponse })
  @ApiErrors(401, 404, 429, 503)
  async get(@Scope() scope: TenantScope, @Param('account_id') accountId: string): Promise<AgentSettingsResponse> {
    return { success: true, data: await this.settings.get(scope, accountId) };
  }

  @ForOwners()
  @Put('settings/:account_id')
  @ApiOperation({
    summary: 'Change how the agent answers for an account',
    description:
      'What is left out stays as it is; `null` puts a field back to its default. Takes effect with the next answer.',
  })
  @ApiParam(accountParam)
  @ApiOkResponse({ type: AgentSettingsResponse })
  @ApiErrors(400, 401, 404, 413, 415, 429, 503)
  async put(
    @Scope() scope: TenantScope,
    @Param('account_id') accountId: string,
    @Body() body: AgentSettingsPatchDto,
  ): Promise<AgentSettingsResponse> {
    return { success: true, data: await this.settings.put(scope, accountId, body) };
  }

  @ForUsers()
  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Ask the agent without sending',
    description:
      'Answers as it would a customer, through the same rules, also while it is switched off. Nothing is stored or sent. ' +
      'It costs tokens of the account’s day, and 20 calls a minute are allowed.',
  })
  @DocumentsBody(AgentPreviewDto, { anyOf: [{ required: ['message'] }, { required: ['messages'] }] })
  @ApiOkResponse({ type: AgentPreviewResponse })
  @ApiErrors(400, 401, 404, 409, 413, 415, 429, 502, 503)
  async preview(
    @Caller() caller: Principal,
    @Scope() scope: TenantScope,
    @Body() body: AgentPreviewDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AgentPreviewResponse> {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableEnded) gone.abort(new Error('the caller went away'));
    });
    return { success: true, data: await this.previews.preview(caller, scope, body, gone.signal) };
  }
}
