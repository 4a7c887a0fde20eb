import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ErasureRequestsService, erasureView } from '../../accounts/index.js';
import { Caller, ForOwners, Scope, type Principal, type TenantScope } from '../../auth/index.js';
import { ApiErrors } from '../../errors/index.js';
import { IdPipe } from '../../paging/index.js';
import { DocumentsBody } from '../../validation/index.js';
import { ErasureResponse, ErasureRequestDto } from './privacy-requests.dto.js';
import { PrivacyRequestsService } from './privacy-requests.service.js';

@ApiTags('Privacy')
@ForOwners()
@Controller('privacy')
export class PrivacyRequestsController {
  constructor(
    private readonly requests: PrivacyRequestsService,
    private readonly erasures: ErasureRequestsService,
  ) {}

  @Post('erasures')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Erase a customer, or all of a tenant',
    description:
      'A customer: their messages and our answers, comments, conversation, raw deliveries, media copies, blocklist entry and ' +
      'dead letters at this account. They may write again; what is older is not fetched from Meta any more. For admins ' +
      '`{tenant}`: its accounts are disconnected and everything of them goes. Runs by itself and goes on after a crash. The ' +
      'same request is the same erasure, unless there is something new to erase.',
  })
  @DocumentsBody(ErasureRequestDto, {
    anyOf: [{ required: ['account_id', 'participant_id'] }, { required: ['tenant'] }],
  })
  @ApiAcceptedResponse({ type: ErasureResponse })
  @ApiErrors(400, 401, 403, 404, 413, 415, 429, 503)
  async erase(@Caller() caller: Principal, @Body() body: ErasureRequestDto): Promise<ErasureResponse> {
    return { success: true, data: erasureView(await this.requests.erase(caller, body)) };
  }

  @Get('erasures/:id')
  @ApiOperation({ summary: 'How far an erasure is', description: 'Afterwards its receipt, which names no customer.' })
  @ApiParam({
    name: 'id',
    schema: { type: 'string', pattern: '^[0-9a-fA-F]{24}$' },
    example: '665f1c2e9b1e8a0012345678',
  })
  @ApiOkResponse({ type: ErasureResponse })
  @ApiErrors(400, 401, 404, 429, 503)
  async erasure(@Scope() scope: TenantScope, @Param('id', IdPipe) id: string): Promise<ErasureResponse> {
    return { success: true, data: erasureView(await this.erasures.get(scope, id)) };
  }
}
